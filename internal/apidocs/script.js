(() => {
  const menu = document.querySelector('.menu'), nav = menu.querySelector('nav');
  const phone = matchMedia('(max-width: 959px)');
  const close = () => { if (phone.matches) menu.open = false; };
  nav.addEventListener('click', e => { if (e.target.closest('a')) close(); });
  addEventListener('keydown', e => { if (e.key === 'Escape') close(); });
  const links = new Map([...nav.querySelectorAll('a')].map(a => [decodeURIComponent(a.hash.slice(1)), a]));
  const spy = new IntersectionObserver(seen => seen.forEach(({ target, isIntersecting }) => {
    const link = links.get(target.id);
    if (!isIntersecting) return link.removeAttribute('aria-current');
    link.setAttribute('aria-current', 'true');
    const top = link.getBoundingClientRect().top - nav.getBoundingClientRect().top;
    if (top < 0 || top > nav.clientHeight - 40) nav.scrollTop += top - nav.clientHeight / 3;
  }), { rootMargin: '-20% 0px -79% 0px' });
  document.querySelectorAll('.operation').forEach(o => spy.observe(o));
})();
