// Sets the theme and the language before the first paint, so that nothing flashes.
// The keys are those of src/ui/theme.ts and src/i18n/index.ts.
(function () {
  var root = document.documentElement;
  var theme, language;
  try {
    theme = localStorage.getItem('gatehouse-theme');
    language = localStorage.getItem('gatehouse-language');
  } catch (refused) {
    // Storage is switched off: the system's choice it is.
  }
  if (theme !== 'light' && theme !== 'dark') {
    theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }
  root.setAttribute('data-cui-theme', theme);
  if (language !== 'en' && language !== 'zh-CN') {
    language = 'en';
    for (var wanted of navigator.languages || []) {
      if (/^en\b/i.test(wanted)) break;
      if (/^zh\b/i.test(wanted)) {
        language = 'zh-CN';
        break;
      }
    }
  }
  root.lang = language;
})();
