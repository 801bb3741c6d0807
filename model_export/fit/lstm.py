"""The recurrent member: the mean of a few LSTMs over the last 28 days, unknown days masked, and the row."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from common.compute.series.rows import Floats
from model_export.data.datasets import Samples
from model_export.fit.linear import Scaler, clipped_target, sample_weights

NETS = 3
HIDDEN, ROW_UNITS, DROPOUT = 24, 16, 0.3
EPOCHS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 16, 512, 3e-3, 3e-2
HUBER_BETA = 0.5

Loss = Callable[[Tensor, Tensor], Tensor]
"""(N, outputs) and the target (N, 1) -> (N, 1)"""


class Net(nn.Module):
    def __init__(self, channels: int, columns: int, outputs: int = 1) -> None:
        super().__init__()
        self.lstm = nn.LSTM(2 * channels, HIDDEN, batch_first=True)
        self.row = nn.Linear(columns, ROW_UNITS)
        self.drop = nn.Dropout(DROPOUT)
        self.head = nn.Linear(HIDDEN + ROW_UNITS, outputs)

    def forward(self, window: Tensor, scaled_row: Tensor) -> Tensor:
        """(N, days, C) with NaN where unknown, (N, F) without -> (N, outputs)."""
        unknown = torch.isnan(window)
        values = torch.where(unknown, torch.zeros_like(window), window) / 2
        states, _ = self.lstm(torch.cat([values, (~unknown).to(window.dtype)], dim=2))
        row = torch.relu(self.row(scaled_row))
        deviation: Tensor = self.head(self.drop(torch.cat([states[:, -1], row], dim=1)))
        return deviation


class Ensemble(nn.Module):
    """Nets that differ by their seed only: their mean forgets what each learned by chance."""

    def __init__(self, nets: list[Net]) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, window: Tensor, scaled_row: Tensor) -> Tensor:
        deviations = torch.cat([net(window, scaled_row) for net in self.nets], dim=1)
        return deviations.mean(dim=1, keepdim=True)


def fit_nets(samples: Samples, scaler: Scaler, seed: int) -> Ensemble:
    """Train on one thread, so that the same seed gives the same weights."""
    torch.set_num_threads(1)
    return Ensemble([fit_net(samples, scaler, NETS * seed + i) for i in range(NETS)]).eval()


def huber(output: Tensor, target: Tensor) -> Tensor:
    return nn.functional.smooth_l1_loss(output, target, reduction="none", beta=HUBER_BETA)


def fit_net(samples: Samples, scaler: Scaler, seed: int, loss: Loss = huber, outputs: int = 1) -> Net:
    torch.manual_seed(seed)
    window, row = to_tensors(samples, scaler)
    target = torch.tensor(clipped_target(samples), dtype=torch.float32)[:, None]
    weight = torch.tensor(sample_weights(samples), dtype=torch.float32)[:, None]
    net = Net(window.shape[2], row.shape[1], outputs)
    optimizer = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    batches = -(-len(target) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=EPOCHS * batches)
    net.train()
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(target)).split(BATCH):  # type: ignore[no-untyped-call]
            missed = loss(net(window[chosen], row[chosen]), target[chosen])
            optimizer.zero_grad()
            (weight[chosen] * missed).mean().backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return net


def predict_nets(nets: Ensemble, scaler: Scaler, samples: Samples) -> Floats:
    """(N,) deviations."""
    with torch.no_grad():
        deviations: Floats = nets(*to_tensors(samples, scaler))[:, 0].numpy().astype(np.float64)
    return deviations


def to_tensors(samples: Samples, scaler: Scaler) -> tuple[Tensor, Tensor]:
    window = torch.tensor(samples.window, dtype=torch.float32)
    return window, torch.tensor(scaler(samples.row), dtype=torch.float32)
