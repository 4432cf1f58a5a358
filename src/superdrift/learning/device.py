"""Where a model runs, and in which precision: cpu or cuda as configured, never another one silently."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from superdrift.run.errors import InputError


def choose(name: str, *, key: str) -> torch.device:
    """The configured device.

    Args:
        name: cpu or cuda.
        key: where it stands in the config, for messages, e.g. "train.device".

    Raises:
        InputError: when it is neither, or cuda where torch sees none.
    """
    if name not in ("cpu", "cuda"):
        raise InputError(f"{key} = '{name}' is no device; choose cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            f"{key} = cuda, but PyTorch sees no CUDA device here; set {key} to cpu, or run on a machine with an"
            " NVIDIA driver and a CUDA build of PyTorch"
        )
    return torch.device(name)


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether matrix products are faster in bfloat16: on cuda, on processors with AMX, and on AMD's with AVX512-BF16.

    Intel's AVX512-BF16 does as many products a cycle as its float32, and conversions come on top: a training step of
    the generator takes a third longer. Without any of these a processor emulates bfloat16, slower still.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()
    by_intel = "intel" in str(capabilities.get("cpu_name", "")).lower()
    return bool(capabilities.get("amx_bf16") or (capabilities.get("avx512_bf16") and not by_intel))


def fast(denoiser: nn.Module, device: torch.device, *, compiled: bool = False) -> Callable[..., Any]:
    """The denoiser with its matrix products in bfloat16 where that is faster.

    Only the network runs so: steps of the process, filters and losses keep float32.

    Args:
        denoiser: to call.
        device: where it is.
        compiled: compile it (torch.compile), for any number of rows; pays off in long sampling on a GPU.
    """
    network = torch.compile(denoiser, dynamic=True) if compiled else denoiser

    def denoise(*inputs: Any) -> Any:
        with mixed_precision(device):
            return network(*inputs)

    return denoise


def mixed_precision(device: torch.device) -> torch.autocast:
    """A context in which matrix products run in bfloat16 where that is faster."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bfloat16(device))
