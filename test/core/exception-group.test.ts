import { ExceptionGroup, LullError, TimeoutError, WorkflowCodeError } from 'lull';
import { describe, expect, it } from 'vitest';

class Declined extends Error {
  readonly cents = 100;
}

describe('an ExceptionGroup', () => {
  const declined = new Declined('no');
  const late = new TimeoutError('late');

  it('is made of its message and its errors, as in asyncio, and is an AggregateError and a LullError', () => {
    const group = new ExceptionGroup('several', new Set([declined, late]));
    expect(group.message).toBe('several');
    expect(group.errors).toEqual([declined, late]);
    expect(group).toBeInstanceOf(AggregateError);
    expect(group).toBeInstanceOf(LullError);
  });

  it.each([
    ['errors first', [[declined], 'several']],
    ['no errors', ['several', []]],
    ['one error that is in no list', ['several', declined]],
  ])('with %s is refused, with what would be right', (_what, args) => {
    const make = () => Reflect.construct(ExceptionGroup, args) as unknown;
    expect(make).toThrow(WorkflowCodeError);
    expect(make).toThrow(/new ExceptionGroup\('/);
  });

  it('wraps what is no Error', () => {
    const [member] = new ExceptionGroup('odd', ['text' as unknown as Error]).errors;
    expect(member).toMatchObject({ cause: 'text' });
  });

  it('is taken apart by a class, by classes and by a function; a part that is empty is undefined', () => {
    const group = new ExceptionGroup('several', [declined, late]);
    expect(group.split(Declined).map((part) => part?.errors)).toEqual([[declined], [late]]);
    expect(group.split([Declined, TimeoutError])[1]).toBeUndefined();
    expect(group.split((error) => error.message === 'late').map((part) => part?.errors)).toEqual([[late], [declined]]);
    expect(group.split(RangeError)[0]).toBeUndefined();
    expect(group.subgroup(RangeError)).toBeUndefined();
    expect(group.subgroup(AggregateError)).toBe(group);
  });

  it('keeps the nesting, the cause and its own class in its parts', () => {
    class Orders extends ExceptionGroup {
      override derive(errors: Iterable<Error>): Orders {
        return new Orders(this.message, errors);
      }
    }
    const inner = new Orders('inner', [declined, late]);
    inner.cause = 'the reason';
    const [matching, rest] = new ExceptionGroup('outer', [inner]).split(TimeoutError);
    expect(matching?.errors).toMatchObject([{ message: 'inner', errors: [late], cause: 'the reason' }]);
    expect(matching?.errors[0]).toBeInstanceOf(Orders);
    expect(rest?.errors).toMatchObject([{ message: 'inner', errors: [declined] }]);
  });

  it.each([['a text'], [undefined], [[Declined, 'Declined']]])('refuses %s as a condition', (condition) => {
    expect(() => new ExceptionGroup('several', [late]).split(condition as never)).toThrow(/condition of split\(\)/);
  });
});
