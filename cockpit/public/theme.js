/* Runs before the first paint, so that a dark desk never flashes white. */
(function () {
  var root = document.documentElement;
  try {
    root.dataset.theme = localStorage.getItem('wanghuo.theme') || 'light';
    root.lang = localStorage.getItem('wanghuo.lang') === 'en' ? 'en' : 'zh-CN';
  } catch {
    root.dataset.theme = 'light';
  }
})();
