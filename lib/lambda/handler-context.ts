/** As much of the second argument of a Lambda handler as is read. */
export interface HandlerContext {
  /** Until the invocation is ended, whatever it does then. */
  getRemainingTimeInMillis(): number;
  readonly functionName?: string;
  readonly awsRequestId?: string;
}
