/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What programs read that neither they nor their libraries name plainly: each row is a rule, what
 * has to be in the closure for it, and the reason that is shown.
 */
#include "base/cleanup.h"
#include "base/path.h"
#include "closure/closure_internal.h"

struct assumption {
	unsigned uses;	   /* enum elf_use, any of them; 0: any program of the C library */
	const char *paths; /* between blanks */
	const char *why;
};

static const struct assumption assumptions[] = {
	{0, "/etc/ld.so.cache /etc/ld.so.preload /etc/ld.so.conf", "the dynamic linker reads it"},
	{ELF_USE_HOSTS,
	 "/etc/hosts /etc/resolv.conf /etc/host.conf /etc/nsswitch.conf /etc/gai.conf "
	 "/etc/services /etc/protocols",
	 "the C library reads it to find hosts"},
	{ELF_USE_USERS, "/etc/passwd /etc/group /etc/nsswitch.conf /etc/login.defs",
	 "the C library reads it to find users"},
	{ELF_USE_LOCALE, "/usr/lib/locale/locale-archive /usr/share/locale/locale.alias",
	 "the C library reads it for the language"},
	{ELF_USE_TIME, "/etc/localtime /etc/timezone", "the C library reads it for the time zone"},
	{ELF_USE_SHELL, "/bin/sh", "system() and popen() run it"},
};

static const struct assumption trees[] = {
	{ELF_USE_LOCALE, "/usr/lib/locale/C.utf8 /usr/lib/locale/C.UTF-8",
	 "the C library reads it for the language"},
	{ELF_USE_PAM, "/etc/pam.d /etc/security", "PAM reads it"},
};

static void assume_paths(struct closure *c, const struct need *n, const struct assumption *a,
			 bool tree)
{
	struct str rest = str_of(a->paths), path;

	while (str_pull_word(&rest, &path)) {
		struct place *p = place_find(c, path);

		if (tree && place_is_dir(p))
			assume_tree(c, p, n, str_of(a->why), NULL);
		else
			assume(c, p, n, str_of(a->why));
	}
}

/* Folders below each of the places where libraries are. */
static void assume_lib_tree(struct closure *c, const struct need *n, const char *name,
			    const char *why)
{
	for (size_t i = 0; i < c->lib_dirs.n; i++) {
		struct place *p = place_below(c, c->lib_dirs.p[i], str_of(name));

		if (place_is_dir(p))
			assume_tree(c, p, n, str_of(why), NULL);
	}
}

static void assume_lib_file(struct closure *c, const struct need *n, const char *name,
			    const char *why)
{
	for (size_t i = 0; i < c->lib_dirs.n; i++)
		assume(c, place_below(c, c->lib_dirs.p[i], str_of(name)), n, str_of(why));
}

static void assume_language(struct closure *c, const struct need *n)
{
	static const char *const names[] = {"LC_ALL", "LANG", "LC_CTYPE"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str value = closure_env(c, names[i]);
		struct place *p = value.n ? place_below(c, STR("usr/lib/locale"), value) : NULL;

		if (place_is_dir(p))
			assume_tree(c, p, n, STR("the language that the environment sets"), NULL);
	}
	assume_lib_file(c, n, "gconv/gconv-modules.cache", "the C library reads it for charsets");
	assume_lib_file(c, n, "gconv/gconv-modules", "the C library reads it for charsets");
	assume_lib_tree(c, n, "gconv/gconv-modules.d", "the C library reads it for charsets");
}

static void assume_zone(struct closure *c, const struct need *n)
{
	struct str zone = closure_env(c, "TZ");

	(void)str_pull_prefix(&zone, STR(":")); /* may stand in front */
	if (zone.n)
		assume(c, place_below(c, STR("usr/share/zoneinfo"), zone), n,
		       STR("the time zone that the environment sets"));
	assume(c, place_find(c, STR("usr/share/zoneinfo/UTC")), n, STR("the time zone of most"));
}

static void assume_certificates(struct closure *c, const struct need *n)
{
	static const char *const paths[] = {"etc/ssl/certs",
					    "etc/ssl/openssl.cnf",
					    "etc/pki/tls",
					    "etc/ssl/cert.pem",
					    "etc/ssl1.1",
					    "etc/pki/ca-trust/extracted",
					    "usr/lib/ssl",
					    "etc/ca-certificates.conf",
					    "etc/crypto-policies/back-ends",
					    "etc/ssl/ct_log_list.cnf"};

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct place *p = place_find(c, str_of(paths[i]));

		if (place_is_dir(p))
			assume_tree(c, p, n, STR("TLS reads its certificates and settings"),
				    "misc");
		else
			assume(c, p, n, STR("TLS reads its certificates and settings"));
	}
	assume_lib_tree(c, n, "ossl-modules", "OpenSSL loads its providers");
	assume_lib_tree(c, n, "engines-3", "OpenSSL loads its engines");
}

static bool is_tls(struct str soname)
{
	static const struct str names[] = {STR("libssl.so"),	 STR("libgnutls.so"),
					   STR("libcrypto.so"),	 STR("libnss3.so"),
					   STR("libmbedtls.so"), STR("libwolfssl.so")};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_has_prefix(soname, names[i]))
			return true;
	return false;
}

/* A row's rule applies once; the C library itself has all of the functions and uses none. */
static void apply_rows(struct closure *c, const struct need *n, unsigned uses)
{
	for (size_t i = 0; i < sizeof assumptions / sizeof *assumptions; i++)
		if (assumptions[i].uses & uses)
			assume_paths(c, n, &assumptions[i], false);
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++)
		if (trees[i].uses & uses)
			assume_paths(c, n, &trees[i], true);
	if (uses & ELF_USE_LOCALE)
		assume_language(c, n);
	if (uses & ELF_USE_ICONV)
		assume_lib_tree(c, n, "gconv", "iconv() loads a module for each charset");
	if (uses & ELF_USE_TIME)
		assume_zone(c, n);
}

/* A Go program brings its own C library's rules; a static one has no names of functions. */
static unsigned uses_of(const struct program *p)
{
	if (p->elf_flags & ELF_GO || !(p->elf_flags & ELF_DYNAMIC))
		return p->uses | ELF_USE_HOSTS | ELF_USE_USERS | ELF_USE_TIME;
	return p->uses;
}

/* dpkg runs dpkg-query, ssh ssh-keysign: by a name in its data that is no path. */
static void assume_helpers(struct closure *c, const struct need *n)
{
	struct str dir = path_dir(n->place->path), base = path_base(n->place->path);
	struct str prefix = arena_strf(&c->temp, "%.*s-", STR_FMT(base));
	struct str_list names = place_names(c, place_find(c, dir));

	for (size_t i = 0; i < names.n; i++)
		if (str_has_prefix(names.p[i], prefix))
			assume(c, place_below(c, dir, names.p[i]), n,
			       STR("a program beside it that bears its name"));
}

void follow_uses(struct closure *c, const struct need *n, const struct program *p,
		 struct str soname)
{
	unsigned fresh = uses_of(p) & ~c->assumed_uses;

	if (str_is(soname, "libc")) {
		if (!c->has_libc)
			assume_paths(c, n, &assumptions[0], false);
		c->has_libc = true;
		return;
	}
	c->assumed_uses |= fresh;
	apply_rows(c, n, fresh);
	if ((is_tls(soname) || p->elf_flags & ELF_GO) && !c->has_tls) {
		c->has_tls = true;
		assume_certificates(c, n);
	}
	if (p->elf_flags & ELF_GO)
		assume(c, place_find(c, STR("etc/mime.types")), n,
		       STR("Go's mime package reads it"));
	if (soname.n == 0 && p->uses & ELF_USE_EXEC && !c->is_assuming &&
	    !(p->elf_flags & ELF_GO)) {
		assume_helpers(c, n);
		gap(c, n,
		    STR("can run other programs: those that its data names by path were followed"),
		    0.98);
	}
	if (str_has_prefix(soname, STR("libjvm")) || str_is(path_base(n->place->path), "java")) {
		struct str home = path_dir(path_dir(n->place->path));

		if (home.n && str_find_char(home, '/') < home.n)
			assume_tree(c, place_find(c, home), n, STR("the Java runtime loads it"),
				    NULL);
	}
}
