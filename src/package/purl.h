/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Package URLs: the name of a package in every ecosystem,
 * "pkg:deb/debian/curl@7.88.1-10?arch=amd64".
 *
 *     struct purl u;
 *     r = purl_parse(STR("pkg:PyPI/Django_Rest@1.0"), &arena, &u, err);     u.name is "django-rest"
 *     r = purl_build(&u, &sb, err);                                     "pkg:pypi/django-rest@1.0"
 *
 * A struct purl that purl_parse gave is decoded and canonical: case and spelling are those that the
 * type's definition asks for, qualifiers are sorted by key, empty parts are empty slices. One that
 * a caller filled for purl_build need not be: it is brought into canonical form on the way.
 *
 * Ownership: the slices of a parsed purl live in the text or in the arena, so as long as both.
 * Threads: no state.
 * Errors: ERR_FORMAT for text that no package URL can be (with the offset or the component),
 * ERR_UNSUPPORTED for one that breaks the definition of its type (with the rule), ERR_LIMIT above
 * LIMIT_PURL_BYTES, ERR_NOMEM.
 *
 * Format: ECMA-427 (Package-URL), https://packageurl.org, and the type definitions of
 * https://github.com/package-url/purl-spec (purl_types.def). A type that is not defined there has
 * no rules of its own. Where the texts leave room:
 *   - keys of qualifiers are folded to lower case when parsed, as "how to parse" says, although the
 *     clause on qualifiers knows lower-case keys only;
 *   - a second "?" or "#" is refused: the standard cuts at the last one, every URL library at the
 *     first, and a value with a part missing would pass as the truth;
 *   - bytes that ought to be percent-encoded but separate nothing ("+", a space, UTF-8) are taken
 * as they are; control bytes are refused;
 *   - empty path segments are dropped, a name that is empty because a "/" stands before the "@"
 *     is an error.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"

struct package;

struct purl_qualifier {
	struct str key;
	struct str value; /* decoded, not empty in a canonical purl */
};

struct purl {
	struct str type;
	struct str namespace; /* segments joined by '/'; empty: none */
	struct str name;
	struct str version; /* empty: none */
	const struct purl_qualifier *qualifiers;
	size_t n_qualifiers;
	struct str subpath; /* segments joined by '/', never "." or ".."; empty: none */
};

int purl_parse(struct str text, struct arena *a, struct purl *ret, struct err *err);

/*
 * The same for reading what other tools wrote: what a type requires or prohibits is not asked
 * ("pkg:golang/stdlib@1.22", "pkg:deb/curl@7"), only case and spelling are made canonical.
 */
int purl_parse_loose(struct str text, struct arena *a, struct purl *ret, struct err *err);

/* Appends the canonical text; on an error nothing is appended. */
int purl_build(const struct purl *p, struct strbuf *sb, struct err *err);

/* The same without asking what the type requires or prohibits. */
int purl_build_loose(const struct purl *p, struct strbuf *sb, struct err *err);

/* The value of a qualifier; empty when it is not there. Keys are sorted in a parsed purl. */
struct str purl_qualifier_value(const struct purl *p, const char *key);

/*
 * Appends the URL of an installed package, as the field's scanners write it.
 *
 * distro_id is ID of os-release ("debian"; empty: unknown), distro_release becomes the qualifier
 * "distro" ("debian-12"; empty: none). A namespace that the package itself has stands.
 *   deb   pkg:deb/<id>/<name>@<version>?arch=&distro=&upstream=<source>[@<source version>],
 * upstream only where source name or version differ rpm
 * pkg:rpm/<id>/<name>@<version>-<release>?arch=&distro=&epoch=&rpmmod=&upstream=<source rpm>, where
 * the id rhel is written redhat, sles and its kin suse, opensuse-leap opensuse: these are the
 * vendors' own namespaces, and those of the advisories to be matched apk, alpm, opkg   like deb,
 * upstream is the name of the origin alone others   type, namespace, name, version and arch as the
 * package has them Without a distribution the namespace is left out, also where the type's
 * definition asks for one (deb, rpm, apk, alpm): a wrong vendor would match foreign advisories.
 * purl_parse_loose reads such a URL, purl_parse does not. Other rules of the type are not asked
 * either.
 */
int purl_of_package(const struct package *p, struct str distro_id, struct str distro_release,
		    struct strbuf *sb, struct err *err);
