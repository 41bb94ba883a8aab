import { describe, expect, it } from 'vitest';
import { registerClass, registeredAs, registeredFor, registerError } from '../../lib/core/class-registry.ts';
import { WorkflowCodeError } from '../../lib/core/errors.ts';

class Declined extends Error {}

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
}

const moneyOptions = {
  name: 'Money',
  toData: (money: Money) => money.cents,
  fromData: (cents: number) => new Money(cents),
};

describe('registerError', () => {
  it('makes a class known by its name', () => {
    registerError(Declined);
    expect(registeredAs('Declined')?.class).toBe(Declined);
    expect(registeredFor(Declined.prototype)?.name).toBe('Declined');
  });

  it('takes the name on the prototype, which a minifier leaves as it is', () => {
    class a extends Error {
      static {
        this.prototype.name = 'CardExpired';
      }
    }
    registerError(a);
    expect(registeredAs('CardExpired')?.class).toBe(a);
    expect(registeredAs('a')).toBeUndefined();
  });

  it('does not take an inherited name for the class its own', () => {
    class Base extends Error {
      static {
        this.prototype.name = 'BaseFailure';
      }
    }
    class Special extends Base {}
    registerError(Base);
    registerError(Special);
    expect(registeredAs('BaseFailure')?.class).toBe(Base);
    expect(registeredAs('Special')?.class).toBe(Special);
  });

  it('may be called twice for a class', () => {
    registerError(Declined);
    expect(() => registerError(Declined)).not.toThrow();
  });

  it.each<[string, unknown, RegExp]>([
    ['a class that is no error', Money, /takes a class that extends Error, not the class Money/],
    ['a function', () => 1, /takes a class, not a function/],
    ['an error', new Error('x'), /takes a class, not an instance of class Error/],
    ['nothing', undefined, /takes a class, not undefined/],
    ['an error of the language', TypeError, /not needed for TypeError: lull stores it by itself/],
    ['a class without a name', class extends Error {}, /needs a name for the class/],
  ])('refuses %s', (_name, Class, message) => {
    const refused = () => registerError(Class as typeof Error);
    expect(refused).toThrow(WorkflowCodeError);
    expect(refused).toThrow(message);
  });
});

describe('registerClass', () => {
  it('makes a class known by the given name, for exactly its own instances', () => {
    class Euro extends Money {}
    registerClass(Money, moneyOptions);
    expect(registeredAs('Money')?.class).toBe(Money);
    expect(registeredFor(Money.prototype)?.kind).toBe('instance');
    expect(registeredFor(Euro.prototype)).toBeUndefined();
  });

  it('may be called twice for a class, and the later functions count', () => {
    const toData = () => 7;
    registerClass(Money, moneyOptions);
    registerClass(Money, { ...moneyOptions, toData });
    expect(registeredFor(Money.prototype)).toMatchObject({ toData });
  });

  it.each<[string, unknown, object, RegExp]>([
    ['what is no class', 7, moneyOptions, /takes a class, not 7/],
    ['a class of the language', Date, moneyOptions, /not needed for Date/],
    ['an empty name', Money, { ...moneyOptions, name: '' }, /needs a name for the class Money: .* not ""/],
    ['a name that is no text', Money, { ...moneyOptions, name: 7 }, /not 7/],
    ['no toData', Money, { name: 'M', fromData: () => 1 }, /needs a function toData, not undefined/],
    ['no fromData', Money, { name: 'M', toData: () => 1, fromData: 'x' }, /needs a function fromData, not "x"/],
  ])('refuses %s', (_name, Class, options, message) => {
    expect(() => registerClass(Class as typeof Money, options as typeof moneyOptions)).toThrow(message);
  });
});

describe('a name belongs to one class', () => {
  it('and another one under it is refused', () => {
    class Ticket {
      id = 1;
    }
    class Voucher {
      code = 'x';
    }
    const options = { name: 'Ticket', toData: () => 1, fromData: () => new Ticket() };
    registerClass(Ticket, options);
    expect(() => registerClass(Voucher as never, options)).toThrow(
      'the name "Ticket" belongs to another class already (the class Ticket): give the class Voucher a name of its own',
    );
    expect(registeredAs('Ticket')?.class).toBe(Ticket);
  });

  it('and a class has one name', () => {
    registerClass(Money, moneyOptions);
    expect(() => registerClass(Money, { ...moneyOptions, name: 'Cash' })).toThrow(
      'the class Money is registered already, as "Money": register it once',
    );
    registerError(Declined);
    const asInstance = { name: 'Declined', toData: () => 1, fromData: () => new Declined() };
    expect(() => registerClass(Declined, asInstance)).toThrow(/is registered already/);
  });

  it('which a module that is loaded again takes over with the same source text', () => {
    const load = () => {
      class Reloaded extends Error {}
      registerError(Reloaded);
      return Reloaded;
    };
    const before = load();
    const after = load();
    expect(before).not.toBe(after);
    expect(registeredAs('Reloaded')?.class).toBe(after);
    expect(registeredFor(before.prototype)?.name).toBe('Reloaded');
  });

  it('also when there are two copies of the registry in a process', async () => {
    const specifier = '../../lib/core/class-registry.ts?copy';
    const copy = (await import(specifier)) as {
      registerError: typeof registerError;
      registeredAs: typeof registeredAs;
    };
    expect(copy.registerError).not.toBe(registerError);
    class FromCopy extends Error {}
    copy.registerError(FromCopy);
    expect(registeredAs('FromCopy')?.class).toBe(FromCopy);
  });
});
