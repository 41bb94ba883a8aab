/** The value of a template's parameter: it is the default, as none is given here. */
import { textOf } from '../json.ts';

/** The default of an SSM parameter is its name, and only of that of the bootstrap one knows what it would hold. */
const BOOTSTRAP_VERSION = '99';

export function parameterValue(
  name: string,
  parameter: Readonly<Record<string, unknown>>,
  fail: (message: string) => never,
): unknown {
  const { Type: type, Default: value } = parameter;
  if (value === undefined) return fail(`the parameter ${name} has no default: give it one for the local cloud`);
  if (textOf(type).startsWith('AWS::SSM::Parameter::Value')) {
    if (name === 'BootstrapVersion') return BOOTSTRAP_VERSION;
    return fail(
      `the parameter ${name} is what SSM holds under ${textOf(value)}, and only AWS knows that: make it a text`,
    );
  }
  if (type === 'CommaDelimitedList' || textOf(type).startsWith('List<')) {
    return textOf(value)
      .split(',')
      .map((part) => part.trim());
  }
  return textOf(value);
}
