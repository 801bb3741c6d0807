/** The charting library, which the page loads beside its modules; untyped here. */
declare const d3: any;
