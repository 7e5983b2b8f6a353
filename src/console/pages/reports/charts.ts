import { BarChart, LineChart } from 'echarts/charts';
import {
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
} from 'echarts/components';
import { type EChartsCoreOption, type EChartsType, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

/** The parts of ECharts that plots need; loaded with the first plot. */
use([
  ...[BarChart, LineChart],
  ...[AriaComponent, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent],
  SVGRenderer,
]);

/** Draws into an element, which has to have a size. */
export function chartIn(element: HTMLElement): EChartsType {
  return init(element, undefined, { renderer: 'svg' });
}

export type ChartOption = EChartsCoreOption;
