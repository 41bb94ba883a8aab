/** What AWS charges, in dollars: list prices of us-east-1 without the free tier. Put in your region's, and run again. */
export const PRICES = {
  /** On demand, https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  millionWriteUnits: 0.625,
  millionReadUnits: 0.125,
  tableGbMonth: 0.25,
  /** Standard queue, https://aws.amazon.com/sqs/pricing/ */
  millionQueueRequests: 0.4,
  /** ARM, https://aws.amazon.com/lambda/pricing/ */
  millionInvocations: 0.2,
  gbSecond: 0.0000133334,
  /** CloudWatch Logs, taken in, https://aws.amazon.com/cloudwatch/pricing/ */
  logGb: 0.5,
  /** HTTP API, https://aws.amazon.com/api-gateway/pricing/ */
  millionApiRequests: 1,
} as const;

/** What others charge for the same, without the Lambdas that do the steps. */
export const OTHERS = {
  /** Standard workflows, https://aws.amazon.com/step-functions/pricing/ */
  millionTransitions: 25,
  /** https://aws.amazon.com/lambda/pricing/ (durable functions), operations alone */
  millionDurableOperations: 8,
} as const;
