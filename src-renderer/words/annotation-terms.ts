import type { AnnotationFlag, AnnotationType } from '../../src-main/shared/annotation.ts';
import { m } from './messages.ts';

const annotationTypes: Record<AnnotationType, () => string> = {
  box: m.annotation_box,
  polygon: m.annotation_polygon,
  mask: m.annotation_mask,
  keypoints: m.annotation_keypoints,
  span: m.annotation_span,
  relation: m.annotation_relation,
  segment: m.annotation_segment,
  tag: m.annotation_tag,
};
export const annotationTypeWord = (type: AnnotationType) => annotationTypes[type]();

const annotationFlagWords: Record<AnnotationFlag, () => string> = {
  crowd: m.annotation_flag_crowd,
  difficult: m.annotation_flag_difficult,
  occluded: m.annotation_flag_occluded,
  truncated: m.annotation_flag_truncated,
  outside: m.annotation_flag_outside,
  empty: m.annotation_flag_empty,
  duplicate: m.annotation_flag_duplicate,
};
export const annotationFlagWord = (flag: AnnotationFlag) => annotationFlagWords[flag]();
