import { m } from '../messages.ts';

/** Of processors, graphics cards and memory. */
export const devices = {
  not_enough_memory: m.error_not_enough_memory,
  device_wrong: m.error_device_wrong,
  no_half_precision: m.error_no_half_precision,
  device_crashed: m.error_device_crashed,
  package_not_found: m.error_package,
  package_damaged: m.error_package,
  provider_unknown: m.error_package,
  provider_busy: m.error_provider_busy,
  no_adapter: m.gap_no_adapter,
  webgpu_no_loader: m.gap_webgpu_no_loader,
  webgpu_no_driver: m.gap_webgpu_no_driver,
  webgpu_no_access: m.gap_webgpu_no_access,
  cuda_no_adapter: m.gap_cuda_no_adapter,
  cuda_no_driver: m.gap_cuda_no_driver,
  cuda_old_driver: m.gap_cuda_old_driver,
  cuda_no_package: m.gap_cuda_no_package,
  cuda_old_package: m.gap_cuda_old_package,
  cuda_no_libraries: m.gap_cuda_no_libraries,
  cuda_no_cudnn: m.gap_cuda_no_cudnn,
  out_of_memory: m.error_out_of_memory,
};
