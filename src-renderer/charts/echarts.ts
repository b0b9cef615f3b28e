/**
 * Why ECharts: one library draws all that this product will need (lines of a million points, scatter, parallel
 * coordinates, heat maps) on a canvas, without eval. Only what is used is bundled, in a chunk of its own.
 */
import { CustomChart, LineChart } from 'echarts/charts';
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import type { GridComponentOption } from 'echarts/components';
import { init, use } from 'echarts/core';
import type { ComposeOption, ECharts } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([LineChart, CustomChart, GridComponent, CanvasRenderer]);

export type ChartOption = ComposeOption<LineSeriesOption | CustomSeriesOption | GridComponentOption>;
export type ChartInstance = ECharts;

export function createChart(element: HTMLElement): ChartInstance {
  return init(element, null, { renderer: 'canvas' });
}
