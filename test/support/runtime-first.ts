// For who takes onnxruntime-node itself: the package decides with the first tensor of a process, which several files share, how floats of 16 bits are told.
// So the product's own way of it comes first.
import '../../src-main/runtime/ort.ts';
