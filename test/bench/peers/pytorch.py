"""The other side of the benches: the models of models.ts in PyTorch. Reads `<model> <steps>` and answers seconds, reads
`memory` and answers the most bytes the process has held."""

import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

threads, batch = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(1)
torch.set_flush_denormal(True)  # ours does, too
SAMPLES, VOCABULARY, LENGTH, WIDTH = 8192, 10_000, 80, 128
images = torch.randint(0, 256, (SAMPLES, 28, 28, 1), dtype=torch.uint8)
tokens = torch.randint(0, VOCABULARY, (SAMPLES, LENGTH))
labels = torch.randint(0, 10, (SAMPLES,))


def cnn(norm):
    layers = []
    for inputs, channels in ((1, 16), (16, 32)):
        layers.append(nn.Conv2d(inputs, channels, 3, padding=1, bias=not norm))
        layers += [nn.BatchNorm2d(channels)] if norm else []
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(32 * 49, 128), nn.ReLU(), nn.Linear(128, 10))


def normed(inputs, channels, kernel, stride):
    return nn.Sequential(nn.Conv2d(inputs, channels, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(channels))


class Block(nn.Module):
    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.first, self.second = normed(inputs, channels, 3, stride), normed(channels, channels, 3, 1)
        self.around = nn.Identity() if stride == 1 and inputs == channels else normed(inputs, channels, 1, stride)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.around(x))


def resnet():
    return nn.Sequential(
        normed(1, 16, 3, 1), nn.ReLU(), Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.lstm, self.head = nn.Embedding(VOCABULARY, WIDTH), nn.LSTM(WIDTH, WIDTH, batch_first=True), nn.Linear(WIDTH, 2)

    def forward(self, ids):
        return self.head(self.lstm(self.embedding(ids))[1][0][0])


class Transformer(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.embedding, self.head = nn.Embedding(VOCABULARY, WIDTH), nn.Linear(WIDTH, 2)
        self.layers = nn.Sequential(*(nn.TransformerEncoderLayer(WIDTH, 4, 4 * WIDTH, dropout=0, batch_first=True) for _ in range(depth)))

    def forward(self, ids):
        return self.head(self.layers(self.embedding(ids)).mean(1))


builders = {
    "mlp": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
    "cnn": lambda: cnn(False),
    "cnn-norm": lambda: cnn(True),
    "resnet": resnet,
    "lstm": Recurrent,
    "transformer": lambda: Transformer(2),
    "deep": lambda: Transformer(12),
}
ON_TOKENS = ("lstm", "transformer", "deep")
built = {}

print("ready", torch.__version__, flush=True)
for line in sys.stdin:
    if line == "memory\n":
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
        continue
    name, steps = line.split()
    if name not in built:
        fresh = builders[name]()
        built[name] = fresh, torch.optim.Adam(fresh.parameters(), lr=1e-3)
    model, optimizer = built[name]
    order = torch.randperm(len(images))
    start = time.perf_counter()
    for step in range(int(steps)):
        at = step * batch % (len(images) - batch + 1)
        chosen = order[at : at + batch]
        if name in ON_TOKENS:
            loss = F.cross_entropy(model(tokens[chosen]), labels[chosen] % 2)
        else:
            loss = F.cross_entropy(model(images[chosen].float().div_(255).permute(0, 3, 1, 2)), labels[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    print(time.perf_counter() - start, flush=True)
