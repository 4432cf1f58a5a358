"""Clusters on a map."""

import numpy as np

from superdrift.superconductors.new_families.clusters import cluster_map


def test_two_clouds_and_a_stray_point():
    stream = np.random.default_rng(0)
    plane = np.concatenate([stream.normal(20, 1, (50, 2)), stream.normal(-20, 1, (50, 2)), [[300.0, -300.0]]])
    labels = cluster_map(plane, min_cluster_size=10)
    assert set(labels[:50].tolist()) - {-1} == {0}
    assert set(labels[50:100].tolist()) - {-1} == {1}
    assert labels[100] == -1


def test_too_few_points():
    assert cluster_map(np.zeros((3, 2)), min_cluster_size=15).tolist() == [-1, -1, -1]
    assert cluster_map(np.zeros((0, 2)), min_cluster_size=2).tolist() == []
