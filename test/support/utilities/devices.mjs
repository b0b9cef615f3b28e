// The reader and the device test of a machine that the test makes up: FAKE_DEVICES is its list, a device's name is how it behaves.
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  if (message.type === 'devices') {
    const found = JSON.parse(process.env.FAKE_DEVICES);
    return process.send({ id: message.id, ok: true, value: { onnxruntime: '1.30.0', cores: 4, threads: 3, found } });
  }
  if (message.type === 'cancel') return end({ type: 'cancelled' });
  test(message.params);
});
process.send({ type: 'ready' });

const end = (message) => process.send(message, () => process.exit(message.type === 'error' ? 1 : 0));

function test({ devices: [facts], threads, quick }) {
  const { device, name } = facts;
  const passed = {
    device,
    name,
    status: 'passed',
    reason: null,
    speeds: [],
    largestDifference: 0,
    testedAt: Date.now(),
  };
  const progress = (done) =>
    process.send({
      type: 'progress',
      progress: { done, total: 4, unit: 'steps', rate: 1, remaining: 1, stage: `testing ${device}` },
    });
  progress(0);
  if (quick && name !== 'crashes') return end({ type: 'result', value: [passed] });
  switch (name) {
    case 'crashes':
      console.error('adapter lost; giving up');
      return void setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 100);
    case 'hangs':
      return void setInterval(() => progress(1), 20);
    case 'wrong': {
      const reason = { code: 'device_wrong', message: 'It differs.', details: [] };
      return end({ type: 'result', value: [{ ...passed, status: 'failed', reason, largestDifference: 0.3 }] });
    }
    default: {
      const rate = { slow: 10, fast: 1000 }[name] ?? 100;
      const measured = device === 'cpu' ? threads : [1];
      const speeds = ['mlp', 'cnn'].flatMap((family) =>
        measured.map((count) => ({ family, threads: count, samplesPerSecond: rate * (family === 'mlp' ? 1 : count) })),
      );
      progress(4);
      end({ type: 'result', value: [{ ...passed, speeds }] });
    }
  }
}
