/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pkgdb/nix_name.h"

#include "base/cleanup.h"

enum { HASH_CHARS = 32 };

static const char *const outputs[] = {
	"bin",	  "data",      "debug", "dev", "devdoc", "devman", "dist",     "doc",
	"info",	  "installer", "lib",	"man", "py",	 "static", "terminfo", "tools",
	"getent", "locale",    "su",	"ssh", "login",	 "mount",  "swap",
};

static bool is_hash(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]))
			return false;
	return s.n == HASH_CHARS;
}

/* Position of the dash before the version; s.n when there is none. */
static size_t version_dash(struct str s)
{
	struct str unstable = STR("-unstable-");
	size_t at = str_find(s, unstable);

	for (size_t i = 1; i + 1 < s.n; i++) {
		if (s.p[i] == '-' && !char_is_alpha(s.p[i + 1]))
			return i;
		if (i == at && at + unstable.n < s.n && char_is_digit(s.p[at + unstable.n]))
			return i;
	}
	return s.n;
}

static void cut_output(struct nix_name *n)
{
	struct str version, output;

	if (!str_rcut(n->version, '-', &version, &output) || version.n == 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(outputs); i++)
		if (str_is(output, outputs[i])) {
			n->version = version;
			n->output = output;
			return;
		}
}

bool nix_name_parse(struct str store_name, struct nix_name *ret)
{
	struct nix_name n = {0};
	struct str rest;
	size_t dash;

	if (!str_cut(store_name, '-', &n.hash, &rest) || !is_hash(n.hash) ||
	    str_has_suffix(rest, STR(".drv")))
		return false;
	dash = version_dash(rest);
	n.name = str_sub(rest, 0, dash);
	n.version = str_skip(rest, dash + 1);
	if (n.name.n == 0 || n.version.n == 0 ||
	    !(char_is_digit(n.version.p[0]) || str_has_prefix(n.version, STR("unstable-"))))
		return false;
	cut_output(&n);
	*ret = n;
	return true;
}
