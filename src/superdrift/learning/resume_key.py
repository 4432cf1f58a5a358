"""A short hash of whatever the rows or weights of an interrupted stage depend on."""

import hashlib
import json
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from superdrift.learning.device import has_fast_bfloat16


def resume_key(device: torch.device, *arrays: NDArray[Any], **values: Any) -> str:
    """Hash of arrays, of JSON values, and of what decides how numbers are rounded: PyTorch, device, precision."""
    digest = hashlib.sha256()
    machine = [torch.__version__, device.type, has_fast_bfloat16(device)]
    digest.update(json.dumps([machine, values], sort_keys=True, default=str).encode())
    for array in arrays:
        digest.update(str((array.shape, array.dtype)).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
