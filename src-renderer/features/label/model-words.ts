import type { MarkerLayout, PictureFit, PixelScale, SettingSource } from '../../../src-main/shared/marker.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';

const layouts: Record<MarkerLayout, () => string> = {
  yolo: m.label_model_layout_yolo,
  objectness: m.label_model_layout_objectness,
  grids: m.label_model_layout_grids,
  'end-to-end': m.label_model_layout_end_to_end,
  detr: m.label_model_layout_detr,
  'detr-sigmoid': m.label_model_layout_detr_sigmoid,
  'boxes-scores': m.label_model_layout_boxes_scores,
  detections: m.label_model_layout_detections,
  semantic: m.label_model_layout_semantic,
  'class-map': m.label_model_layout_class_map,
};
export const layoutWord = (layout: MarkerLayout): string => layouts[layout]();

const fits: Record<PictureFit, () => string> = {
  middle: m.label_model_fit_middle,
  corner: m.label_model_fit_corner,
  stretch: m.label_model_fit_stretch,
};
export const fitWord = (fit: PictureFit): string => fits[fit]();

const scales: Record<PixelScale, () => string> = {
  unit: m.label_model_scale_unit,
  bytes: m.label_model_scale_bytes,
  signed: m.label_model_scale_signed,
  imagenet: m.label_model_scale_imagenet,
};
export const scaleWord = (scale: PixelScale): string => scales[scale]();

const sources: Record<SettingSource, () => string> = {
  file: m.label_model_file,
  guess: m.label_model_guess,
  wish: m.label_model_wish,
};
export const sourceWord = (source: SettingSource): string => sources[source]();

/** "42 boxes on 17 pictures", or marks where they are not all boxes. */
export const marksOnPictures = (count: number, pictures: number, boxes: boolean): string =>
  m.label_marks_on({ count: pictures, n: format.integer(pictures), marks: marksWord(count, boxes) });

export const marksWord = (count: number, boxes: boolean): string =>
  (boxes ? m.label_boxes_n : m.label_marks_n)({ count, n: format.integer(count) });
