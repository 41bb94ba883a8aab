/** Scripts that complete the command in a shell: made from the command's own verbs and options. */
import { Option, type Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A verb, or a verb of a verb: `schedules list`. */
interface Completed {
  /** `[]` of the program itself. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly verbs: readonly string[];
  readonly options: readonly {
    readonly flag: string;
    readonly description: string;
    readonly choices: readonly string[];
  }[];
}

export function completionScript(program: Command, shell: Shell): string {
  const all = collect(program, []);
  switch (shell) {
    case 'bash':
      return bash(all);
    case 'zsh':
      return `#compdef lull\nautoload -U +X bashcompinit && bashcompinit\n${bash(all)}`;
    case 'fish':
      return fish(all);
  }
}

function collect(command: Command, path: readonly string[]): Completed[] {
  const verbs = command.commands.map((each) => each.name());
  const options = command.options
    .filter(({ hidden }) => !hidden)
    .map((option) => ({
      flag: option.long ?? option.short ?? '',
      description: option.description,
      choices: choicesOf(option),
    }));
  const own = { path, summary: command.summary(), verbs, options: [...options, HELP] };
  return [own, ...command.commands.flatMap((each) => collect(each, [...path, each.name()]))];
}

const HELP = { flag: '--help', description: 'display help', choices: [] };

function choicesOf(option: Option): readonly string[] {
  return option.argChoices ?? [];
}

/** The longest path that was typed decides; after an option with choices, these. */
function bash(all: readonly Completed[]): string {
  const cases = [...all]
    .sort((one, other) => other.path.length - one.path.length)
    .map((each) => {
      const words = [
        ...each.verbs,
        ...(each.path.length === 0 ? ['help'] : []),
        ...each.options.map(({ flag }) => flag),
      ];
      return `    ${JSON.stringify(['lull', ...each.path].join(' '))}) words=${quote(words.join(' '))} ;;`;
    });
  const choices = all.flatMap(({ path, options }) =>
    options
      .filter((option) => option.choices.length > 0)
      .map(
        (option) =>
          `    ${JSON.stringify(['lull', ...path, option.flag].join(' '))}) words=${quote(option.choices.join(' '))} ;;`,
      ),
  );
  return `# completion of lull for bash: put  source <(lull completion bash)  into ~/.bashrc
_lull() {
  local word path=lull words= current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${all
  .filter(({ path }) => path.length > 0)
  .map(({ path }) => `      ${JSON.stringify(['lull', ...path].join(' '))}) path="$path $word" ;;`)
  .join('\n')}
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$path $before" in
${choices.join('\n')}
    *" --input-file"|*" --from"|*" --dir") COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _lull lull
`;
}

function fish(all: readonly Completed[]): string {
  const lines = all.flatMap(({ path, verbs, options }) => {
    const condition =
      path.length === 0
        ? '__fish_use_subcommand'
        : path.map((verb) => `__fish_seen_subcommand_from ${verb}`).join('; and ');
    const own = all.filter(
      (each) => each.path.length === path.length + 1 && each.path.slice(0, -1).join() === path.join(),
    );
    const none = verbs.length > 0 && path.length > 0 ? `; and not __fish_seen_subcommand_from ${verbs.join(' ')}` : '';
    return [
      ...own.map(
        (each) =>
          `complete -c lull -f -n ${quote(condition + none)} -a ${each.path.at(-1) ?? ''} -d ${quote(each.summary)}`,
      ),
      ...options.map(({ flag, description, choices }) => {
        const values = choices.length > 0 ? ` -x -a ${quote(choices.join(' '))}` : '';
        return `complete -c lull -n ${quote(condition)} -l ${flag.replace(/^--/, '')} -d ${quote(description)}${values}`;
      }),
    ];
  });
  return `# completion of lull for fish: lull completion fish > ~/.config/fish/completions/lull.fish\n${lines.join('\n')}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
