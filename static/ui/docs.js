// The manual: what is on the page stands open where there is room beside the text; code is copied with a click.

const contents = document.querySelector('.contents');
if (contents && matchMedia('(min-width: 78rem)').matches) contents.open = true;

for (const pre of document.querySelectorAll('article pre')) {
  const box = document.createElement('div');
  box.className = 'copied';
  // What scrolls can be scrolled with the keyboard.
  pre.tabIndex = 0;
  pre.replaceWith(box);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'small';
  button.textContent = 'Copy';
  box.append(pre, button);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    } catch {
      // Pages that are neither on https nor on localhost have no clipboard.
      getSelection().selectAllChildren(pre);
    }
  });
}
