/** Of many rows, draws those that are seen. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export interface VirtualRows {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly items: readonly VirtualItem[];
  readonly totalPx: number;
  scrollTo(index: number): void;
}

interface RowsOptions {
  readonly count: number;
  readonly rowPx: number;
  /** The first and the last row that are seen, when they change. */
  readonly onSeen?: (first: number, last: number) => void;
}

export function useVirtualRows({ count, rowPx, onSeen }: RowsOptions): VirtualRows {
  const scroller = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer<number, undefined>((drawn) => drawn + 1, 0);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 8,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
  };
  const [rows] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options));
  rows.setOptions(options);
  useLayoutEffect(() => rows._didMount(), []);
  useLayoutEffect(() => rows._willUpdate());
  useLayoutEffect(() => rows.measure(), [rowPx]);
  const { startIndex = 0, endIndex = 0 } = rows.range ?? {};
  useLayoutEffect(() => onSeen?.(startIndex, endIndex), [startIndex, endIndex, count]);
  return {
    scroller,
    items: rows.getVirtualItems(),
    totalPx: rows.getTotalSize(),
    scrollTo: (index) => rows.scrollToIndex(index, { align: 'auto' }),
  };
}
