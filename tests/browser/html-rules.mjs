// Which rules of html-validate hold for our pages, and why some do not.

export const RULES = {
  extends: ['html-validate:recommended'],
  rules: {
    // A question with several answers carries an empty field of the same name, so that a form
    // without any answer can be told from one that never had the question.
    'form-dup-name': ['error', { allowCheckboxDefault: true, shared: ['radio', 'checkbox', 'button', 'submit'] }],
    // The language switch is called by its language in that language; texts end where they end.
    'no-trailing-whitespace': 'off',
    // Pages are written without blanks between elements and by a template that quotes as it likes.
    'attr-quotes': 'off',
    'long-title': ['error', { maxlength: 70 }],
  },
}
