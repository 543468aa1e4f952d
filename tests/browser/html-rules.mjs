// Which rules of html-validate hold for our pages, and why some do not.

export const RULES = {
  extends: ['html-validate:recommended'],
  rules: {
    // A question with several answers carries an empty field of the same name, so that a form
    // without any answer can be told from one that never had the question.
    'form-dup-name': 'off',
    // The template ends elements where their text ends, and nobody reads the source.
    'no-trailing-whitespace': 'off',
    'long-title': ['error', { maxlength: 70 }],
  },
}
