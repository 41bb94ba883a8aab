import { describe, expect, it } from 'vitest';
import { decode } from '../../lib/codec/decode.ts';
import { encode } from '../../lib/codec/encode.ts';
import { registerClass, registerError } from '../../lib/core/class-registry.ts';
import { NonRetryableError, UndecodableValueError, UnserializableValueError } from '../../lib/core/errors.ts';
import { parsed, roundTrip, stored } from './round-trip.ts';

class Money {
  readonly #cents: bigint;
  readonly currency: string;
  constructor(cents: bigint, currency: string) {
    this.#cents = cents;
    this.currency = currency;
  }
  get cents(): bigint {
    return this.#cents;
  }
}

class Node {
  next: unknown;
  constructor(next: unknown) {
    this.next = next;
  }
}

class Declined extends NonRetryableError {
  reason = '';
}

class Card extends Error {
  readonly last4: string;
  constructor(last4: string) {
    if (typeof last4 !== 'string') throw new Error('called without what it needs');
    super(`card ${last4}`);
    this.last4 = last4;
  }
}

registerClass(Money, {
  name: 'Money',
  toData: ({ cents, currency }) => ({ cents, currency }),
  fromData: ({ cents, currency }) => new Money(cents, currency),
});
registerClass(Node, { name: 'Node', toData: ({ next }) => [next], fromData: ([next]) => new Node(next) });
registerError(Declined);
registerError(Card);

describe('an instance of a registered class', () => {
  it('comes back as itself', () => {
    const back = roundTrip({ price: new Money(1999n, 'EUR') });
    expect(back.price).toBeInstanceOf(Money);
    expect([back.price.cents, back.price.currency]).toEqual([1999n, 'EUR']);
  });

  it('keeps its identity, also as the key of a Map and below another', () => {
    const money = new Money(1n, 'EUR');
    const back = roundTrip({ a: money, b: new Map([[money, new Node(money)]]) });
    expect([...back.b.keys()]).toEqual([back.a]);
    expect(back.b.get(back.a)?.next).toBe(back.a);
  });

  it('may hold what it stands in', () => {
    const parent: { node?: Node } = {};
    parent.node = new Node(parent);
    const back = roundTrip(parent);
    expect(back.node?.next).toBe(back);
  });

  it('is refused if its own data leads back to it', () => {
    const node = new Node(null);
    node.next = { node };
    expect(() => encode([node], 'the value')).toThrow(
      expect.objectContaining({
        path: '$[0].toData()[0].node',
        message: expect.stringContaining('leads back to Node from its own data') as string,
      }),
    );
  });

  it('is refused with the path into its data', () => {
    const refused = () => encode({ a: new Node(() => 1) }, 'the value');
    expect(refused).toThrow(UnserializableValueError);
    expect(refused).toThrow('$.a.toData()[0] is a function');
  });

  it('of which toData throws is refused', () => {
    class Shy {}
    const toData = () => {
      throw new Error('no');
    };
    registerClass(Shy, { name: 'Shy', toData, fromData: () => new Shy() });
    expect(() => encode([new Shy()], 'the value')).toThrow('$[0].toData() cannot be read: it threw Error: no');
  });

  it('of which toData gives itself, or ever new ones, is refused', () => {
    class Same {}
    registerClass(Same, { name: 'Same', toData: (same) => same, fromData: (same) => same });
    expect(() => encode(new Same(), 'the value')).toThrow('leads back to Same');
    class Ever {}
    registerClass(Ever, { name: 'Ever', toData: () => new Ever(), fromData: () => new Ever() });
    expect(() => encode(new Ever(), 'the value')).toThrow('is nested deeper than 200 levels');
  });

  it('of a subclass is refused: it would come back as something else', () => {
    class Euro extends Money {}
    expect(() => encode(new Euro(1n, 'EUR'), 'the value')).toThrow('is an instance of class Euro');
  });

  it('asks toData once, though the value is walked through twice', () => {
    let asked = 0;
    class Counted {}
    const toData = () => {
      asked += 1;
      return { list: [] };
    };
    registerClass(Counted, { name: 'Counted', toData, fromData: () => new Counted() });
    const counted = new Counted();
    roundTrip([counted, counted]);
    expect(asked).toBe(1);
  });
});

describe('reading an instance of a registered class', () => {
  it('raises what fromData throws', () => {
    class Brittle {}
    const boom = new TypeError('boom');
    const fromData = (): Brittle => {
      throw boom;
    };
    registerClass(Brittle, { name: 'Brittle', toData: () => 1, fromData });
    expect(() => roundTrip(new Brittle())).toThrow(
      expect.objectContaining({
        code: 'FROM_DATA_FAILED',
        cause: boom,
        message: expect.stringContaining('fromData of "Brittle" threw TypeError: boom') as string,
      }),
    );
  });

  it('refuses what fromData returns if it is no instance', () => {
    class Fake {}
    registerClass(Fake, { name: 'Fake', toData: () => 1, fromData: () => ({}) });
    expect(() => roundTrip(new Fake())).toThrow('should return an instance of it, and returned an object');
  });

  it('refuses a class that is not registered, and says what to call', () => {
    const data = parsed('{"a":{"$":"class","name":"Gone","v":{"x":1}}}');
    const refused = () => decode(data);
    expect(refused).toThrow(UndecodableValueError);
    expect(refused).toThrow(expect.objectContaining({ code: 'UNREGISTERED_CLASS' }));
    expect(refused).toThrow(/\$\.a is an instance of the class "Gone".*registerClass/);
    expect(decode(data, { unregistered: 'plain' })).toEqual({ a: { x: 1 } });
  });

  it('keeps identity when an unregistered one is read as plain data', () => {
    const data = parsed('[{"$":"shared","id":1,"v":{"$":"class","name":"Gone","v":{"x":1}}},{"$":"ref","id":1}]');
    const back = decode(data, { unregistered: 'plain' }) as unknown[];
    expect(back[0]).toBe(back[1]);
  });
});

describe('an error of a registered class', () => {
  it('comes back as itself, though its constructor could not be called', () => {
    const back = roundTrip(new Card('4242'));
    expect(back).toBeInstanceOf(Card);
    expect([back.last4, back.message, back.name]).toEqual(['4242', 'card 4242', 'Error']);
    expect(stored(back)).toBe(stored(roundTrip(back)));
  });

  it('of lull comes back with its code, its properties and its cause', () => {
    const error = Object.assign(new Declined('no', { cause: new Card('4242') }), { reason: 'funds' });
    const back = roundTrip(error);
    expect(back).toBeInstanceOf(Declined);
    expect(back).toBeInstanceOf(NonRetryableError);
    expect([back.reason, back.code, back.name]).toEqual(['funds', 'NON_RETRYABLE', 'NonRetryableError']);
    expect(back.cause).toBeInstanceOf(Card);
  });

  it('comes back as the nearest registered class if its own is not registered', () => {
    class Stolen extends Card {}
    const back = roundTrip(new Stolen('1'));
    expect(Object.getPrototypeOf(back)).toBe(Card.prototype);
    expect(back.name).toBe('Stolen');
  });

  it('is refused where the class is not registered, or is read as the nearest known class with its name', () => {
    const data = parsed('{"$":"Error","class":"NonRetryableError","as":"Gone","message":"no"}');
    expect(() => decode(data)).toThrow(/error of the class "Gone".*registerError/);
    const back = decode(data, { unregistered: 'plain' }) as Error;
    expect(back).toBeInstanceOf(NonRetryableError);
    expect([back.name, back.message]).toEqual(['Gone', 'no']);
  });
});
