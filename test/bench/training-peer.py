"""The other side of training.bench.ts: the same models in PyTorch. Reads `<model> <steps>` lines, answers seconds."""

import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

threads, batch = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(1)
torch.set_flush_denormal(True)  # ours does, too
images = torch.randint(0, 256, (8192, 28, 28, 1), dtype=torch.uint8)
labels = torch.randint(0, 10, (8192,))


def cnn(norm):
    layers = []
    for inputs, channels in ((1, 16), (16, 32)):
        layers.append(nn.Conv2d(inputs, channels, 3, padding=1, bias=not norm))
        layers += [nn.BatchNorm2d(channels)] if norm else []
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(32 * 49, 128), nn.ReLU(), nn.Linear(128, 10))


models = {
    "mlp": nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
    "cnn": cnn(False),
    "cnn-norm": cnn(True),
}
optimizers = {name: torch.optim.Adam(model.parameters(), lr=1e-3) for name, model in models.items()}

print("ready", torch.__version__, flush=True)
for line in sys.stdin:
    name, steps = line.split()
    model, optimizer = models[name], optimizers[name]
    order = torch.randperm(len(images))
    start = time.perf_counter()
    for step in range(int(steps)):
        at = step * batch % (len(images) - batch + 1)
        chosen = order[at : at + batch]
        x = images[chosen].float().div_(255).permute(0, 3, 1, 2)
        loss = F.cross_entropy(model(x), labels[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    print(time.perf_counter() - start, flush=True)
