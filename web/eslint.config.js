import eslint from '@eslint/js';
import accessibility from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import typescript from 'typescript-eslint';

const clickUi = {
  group: ['@clickhouse/click-ui', '@clickhouse/click-ui/*', '@radix-ui/*'],
  message: 'Import from @/ui: its components mend what click-ui and Radix leave open.',
};
const zod = { regex: '^zod(/|$)', message: 'Import { z } from @/zod, which sets zod up for our Content-Security-Policy.' };

export default typescript.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.gen.ts'] },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [typescript.configs.strictTypeChecked, accessibility.flatConfigs.strict, reactHooks.configs.flat.recommended],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': ['error', { allow: [{ from: 'package', name: ['Redirect', 'NotFoundError'], package: '@tanstack/router-core' }] }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-imports': ['error', { patterns: [clickUi, zod] }],
    },
  },
  { files: ['src/ui/**'], rules: { 'no-restricted-imports': ['error', { patterns: [zod] }] } },
  { files: ['src/zod.ts'], rules: { 'no-restricted-imports': ['error', { patterns: [clickUi] }] } },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: { Buffer: 'readonly', console: 'readonly', document: 'readonly', localStorage: 'readonly', matchMedia: 'readonly', navigator: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  { files: ['public/theme.js'], languageOptions: { sourceType: 'script' }, rules: { 'no-unused-vars': ['error', { caughtErrors: 'none' }] } },
);
