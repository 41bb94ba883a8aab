/** The services of the shop that the checkout needs: payment, stock, parcels. */
import { NonRetryableError, stepContext } from 'lull';

/**
 * Asks a service to do something, inside a step. The step's idempotency key goes along, so that a second attempt gets
 * the answer of the first one and nothing is done twice. Gives the id of what was made.
 *
 * Without SHOP_URL there is no shop to ask, and everything is said to have worked.
 */
export async function callShop(service: string, request: object): Promise<string> {
  const { idempotencyKey, signal } = stepContext();
  const shopUrl = process.env['SHOP_URL'];
  if (shopUrl === undefined) return `${service}-${idempotencyKey}`;

  const response = await fetch(`${shopUrl}/${service}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
    body: JSON.stringify(request),
    signal,
  });
  const answer = (await response.json()) as { id: string; message: string };
  if (response.ok) return answer.id;
  // 4xx: the same request would be refused again. 5xx: the next attempt may work.
  if (response.status < 500) throw new NonRetryableError(answer.message);
  throw new Error(`${service} answered ${response.status}: ${answer.message}`);
}
