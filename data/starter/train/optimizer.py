# SPDX-License-Identifier: GPL-3.0-or-later
"""The optimiser of the diffusion model: Muon for matrices, Adam for everything else.

Muon (Jordan et al., 2024) makes the update of each weight matrix orthogonal, by five Newton-Schulz steps on the
momentum.  It needs fewer samples than Adam, and on a processor samples are what time is spent on.
"""

import torch

COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def orthogonal(update):
    """Return a matrix with the singular vectors of `update` and singular values of about one."""
    a, b, c = COEFFICIENTS
    tall = update.shape[0] > update.shape[1]
    x = update.T if tall else update
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Muon for parameters of two and more dimensions (convolutions are matrices of their output channels)."""

    def __init__(self, parameters, lr, momentum=0.95, weight_decay=0.01):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    def step(self, machine):
        """Update all parameters that have gradients, several at a time on `machine`."""
        for group in self.param_groups:
            used = [parameter for parameter in group["params"] if parameter.grad is not None]
            machine.map(lambda parameter, group=group: self._update(parameter, group), used)

    @torch.no_grad()
    def _update(self, parameter, group):
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        momentum = state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
        update = parameter.grad.lerp(momentum, group["momentum"])
        matrix = orthogonal(update.flatten(1))
        scale = 0.2 * max(matrix.shape) ** 0.5
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.add_(matrix.view(parameter.shape), alpha=-group["lr"] * scale)


class Both:
    """Muon and Adam side by side behind an optimiser's usual methods, at one learning rate."""

    def __init__(self, module, rate):
        matrices, rest = [], []
        for name, parameter in module.named_parameters():
            thin = parameter.ndim < 2 or min(parameter.flatten(1).shape) < 16
            (rest if thin or "time_embedding" in name else matrices).append(parameter)
        self.parts = (
            Muon(matrices, lr=rate),
            torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.99), weight_decay=0.0),
        )

    def set_rate(self, rate):
        for part in self.parts:
            for group in part.param_groups:
                group["lr"] = rate

    def zero_grad(self):
        for part in self.parts:
            part.zero_grad(set_to_none=True)

    def step(self, machine):
        muon, adam = self.parts
        muon.step(machine)
        adam.step()

    def state_dict(self):
        return [part.state_dict() for part in self.parts]

    def load_state_dict(self, states):
        for part, state in zip(self.parts, states):
            part.load_state_dict(state)
