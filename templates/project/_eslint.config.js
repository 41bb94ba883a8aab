import { defineConfig, globalIgnores } from 'eslint/config';
import { configs } from 'lull/eslint';
import tseslint from 'typescript-eslint';

export default defineConfig(globalIgnores(['cdk.out/', '.lull/']), {
  files: ['**/*.ts'],
  extends: [tseslint.configs.base, configs.recommended],
  // Types let the rules recognize the steps of other files.
  languageOptions: { parserOptions: { projectService: true } },
});
