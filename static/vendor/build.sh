#!/bin/sh
# Rebuilds the vendored files from their pinned npm packages. Run by hand when a pin moves;
# the results are committed, so nothing here is needed to install or run the product.
# Wants node and npm. Afterwards put the new checksums into tests/web/test_vendored.py.
set -eu

BOOTSTRAP=5.3.9 HTMX=2.0.11 LUCIDE=1.62.0 SASS=1.108.2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

for package in "bootstrap@$BOOTSTRAP" "htmx.org@$HTMX" "lucide-static@$LUCIDE"; do
  archive=$(npm pack --silent "$package")
  mkdir -p "${package%%@*}"
  tar xzf "$archive" --strip-components=1 -C "${package%%@*}"
done
npm install --silent --no-save --prefix tools "sass@$SASS"

cp "$here/bootstrap/bootstrap.scss" entry.scss
tools/node_modules/.bin/sass --quiet --quiet-deps --silence-deprecation=import --no-source-map --style=compressed \
  --load-path=bootstrap/scss entry.scss "$here/bootstrap/bootstrap.css"
cp bootstrap/LICENSE "$here/bootstrap/LICENSE"
cp htmx.org/dist/htmx.min.js htmx.org/LICENSE "$here/htmx/"
cp lucide-static/LICENSE "$here/lucide/LICENSE"

# One sprite of the icons named in icons.txt, without comments, sizes or line breaks.
{
  printf '<svg xmlns="http://www.w3.org/2000/svg">'
  while read -r name; do
    [ -n "$name" ] || continue
    printf '<symbol id="%s" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ' "$name"
    printf 'stroke-linecap="round" stroke-linejoin="round">'
    sed -n '/^>/,/<\/svg>/p' "lucide-static/icons/$name.svg" | sed -e '1d' -e 's/<\/svg>//' -e 's/^ *//' -e 's/ \/>/\/>/' | tr -d '\n'
    printf '</symbol>'
  done < "$here/lucide/icons.txt"
  printf '</svg>\n'
} > "$here/lucide/icons.svg"
