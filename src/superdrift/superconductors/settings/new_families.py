"""Settings of the map of compositions (t-SNE), the clusters and the groups in it."""

from dataclasses import dataclass

from superdrift.run.settings import Count, Share, Threads, setting


@dataclass(frozen=True)
class ClusterSettings:
    """Block `cluster`: embedding and clusters of one source together with the known compounds."""

    generated: Count = setting("most generated compounds embedded per source")
    known: Count = setting("most known compounds embedded with them")
    perplexity: float = setting("of t-SNE: about how many neighbours a compound is placed by", at_least=2, at_most=1000)
    min_cluster_size: int = setting("fewest compounds of a cluster", at_least=2, at_most=100_000)
    optional_share: Share = setting("an element in fewer members of a group is left out of its general formula")
    threads: Threads = setting("processor cores")
