/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_file.h"

#include "base/limits.h"
#include "base/path.h"
#include "secret/secret_file_parts.h"
#include "secret/secret_set_parts.h"
#include "secret/secret_value.h"

/* What a file is: by the end of its path, or by its first bytes. */
struct file_type {
	const char *name; /* a pattern of its base name, with '/' of its path; NULL: any */
	const char *magic;
	size_t magic_n; /* bytes */
	void (*look)(struct secret_look *look);
};

#define NAMED(pattern, look)                                                                       \
	{                                                                                          \
		pattern, NULL, 0, look                                                             \
	}
#define MAGIC(bytes, look)                                                                         \
	{                                                                                          \
		NULL, bytes, sizeof(bytes) - 1, look                                               \
	}

static const struct file_type types[] = {
	NAMED(".pgpass", secret_look_pgpass),
	NAMED("pgpass.conf", secret_look_pgpass),
	NAMED(".netrc", secret_look_netrc),
	NAMED("_netrc", secret_look_netrc),
	NAMED(".my.cnf", secret_look_ini),
	NAMED(".pypirc", secret_look_ini),
	NAMED(".htpasswd", secret_look_hashes),
	NAMED("htpasswd", secret_look_hashes),
	NAMED("etc/shadow", secret_look_hashes),
	NAMED("etc/shadow-", secret_look_hashes),
	NAMED("etc/gshadow", secret_look_hashes),
	NAMED(".vault-token", secret_look_single),
	NAMED("config/master.key", secret_look_single),
	NAMED("config/credentials/*.key", secret_look_single),
	NAMED("secrets/master.key", secret_look_jenkins),
	NAMED("secrets/hudson.util.Secret", secret_look_jenkins),
	NAMED(".kube/config", secret_look_kubeconfig),
	NAMED("*kubeconfig*", secret_look_kubeconfig),
	NAMED("etc/kubernetes/*.conf", secret_look_kubeconfig),
	NAMED("etc/rancher/*/*.yaml", secret_look_kubeconfig),
	NAMED("*.tfstate", secret_look_terraform),
	NAMED("*.tfstate.backup", secret_look_terraform),
	NAMED("UTC--20*--*", secret_look_ethereum),
	NAMED("keystore/*", secret_look_ethereum),
	NAMED("wallets/*", secret_look_electrum),
	NAMED("*wallet*", secret_look_electrum),
	NAMED("*wallet*", secret_look_wallet),
	NAMED("*.der", secret_look_der),
	NAMED("*.key", secret_look_der),
	NAMED("*.pk8", secret_look_der),
	NAMED("*.p8", secret_look_der),
	NAMED("*.p12", secret_look_keystore),
	NAMED("*.pfx", secret_look_keystore),
	NAMED("*.bks", secret_look_keystore),
	NAMED("*.keystore", secret_look_keystore),
	NAMED("*.jks", secret_look_keystore),
	NAMED("secring.gpg", secret_look_gpg),
	NAMED("*.gpg", secret_look_gpg),
	NAMED("*.pgp", secret_look_gpg),
	NAMED("private-keys-v1.d/*.key", secret_look_gpg),
	MAGIC("\xfe\xed\xfe\xed", secret_look_keystore), /* JKS */
	MAGIC("\xce\xce\xce\xce", secret_look_keystore), /* JCEKS */
	MAGIC("\x03\xd9\xa2\x9a", secret_look_keepass),
};
#define N_TYPES (sizeof types / sizeof types[0])

/* ---- whether ---- */

/* As many components of the path as the pattern has, from its end. */
static bool is_named(struct str path, struct str pattern)
{
	struct str end = path;
	size_t from = path.n, slashes = 0;

	for (size_t i = 0; i < pattern.n; i++)
		slashes += pattern.p[i] == '/';
	while (from > 0 && (path.p[from - 1] != '/' || slashes-- > 0))
		from--;
	end = str_skip(path, from);
	return path_match(pattern, end);
}

/* Nearly every path has none of the names; the last letter tells that of most. */
static bool may_end(struct str path, struct str pattern)
{
	char last = pattern.p[pattern.n - 1];

	return last == '*' || (path.n > 0 && path.p[path.n - 1] == last);
}

static bool is_of_type(const struct file_type *t, struct str path, struct str head)
{
	if (t->magic)
		return str_has_prefix(head, str_make(t->magic, t->magic_n));
	return may_end(path, str_of(t->name)) && is_named(path, str_of(t->name));
}

bool secret_file_is_wanted(struct str path, struct str head)
{
	for (size_t i = 0; i < N_TYPES; i++)
		if (is_of_type(&types[i], path, head))
			return true;
	return false;
}

/* ---- what is in it ---- */

void secret_look_add(struct secret_look *look, enum secret_file_kind kind, struct str value,
		     double confidence)
{
	const struct secret_rule *rule = look->set->of_file[kind];
	struct secret_hit *hit;

	if (!rule || value.n == 0)
		return;
	hit = vec_push(look->hits);
	if (!hit) {
		look->is_full = true;
		return;
	}
	*hit = (struct secret_hit){.rule = rule,
				   .value = value,
				   .at = (size_t)(value.p - look->bytes.p),
				   .confidence = confidence};
}

void secret_look_add_text(struct secret_look *look, enum secret_file_kind kind, struct str value,
			  double confidence)
{
	if (!secret_is_placeholder(value))
		secret_look_add(look, kind, value, confidence);
}

static int compare(const void *a, const void *b)
{
	const struct secret_hit *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at ? -1 : 1) : 0;
}

int secret_file_look(const struct secret_set *set, struct str path, struct str bytes, bool is_whole,
		     struct vec *hits, struct err *err)
{
	struct secret_look look = {
		.set = set, .path = path, .bytes = bytes, .is_whole = is_whole, .hits = hits};
	void (*done)(struct secret_look *) = NULL;

	for (size_t i = 0; i < N_TYPES; i++)
		if (types[i].look != done && is_of_type(&types[i], path, bytes)) {
			types[i].look(&look);
			done = types[i].look;
		}
	vec_sort(hits, compare);
	return look.is_full ? err_set(err, ERR_LIMIT,
				      "more than secret_hits (%d) may be secrets in one file",
				      (int)LIMIT_SECRET_HITS)
			    : 0;
}

/* ---- where values are made up, or published ---- */

#define MADE_UP	  0.45
#define PUBLISHED 0.5
#define BARE_CODE 0.5

static const char *const made_up_folders[] = {
	"test",	   "tests", "testing",	 "testdata", "test-data", "test_data", "__tests__",
	"spec",	   "specs", "fixture",	 "fixtures", "example",	  "examples",  "sample",
	"samples", "demo",  "demos",	 "mock",     "mocks",	  "__mocks__", "doc",
	"docs",	   "man*",  "tutorial*", "e2e",	     "testsuite", "javadoc",   "locale",
};

/* Keys that packages make or carry to try things out, and what explains. */
static const char *const made_up_files[] = {
	"*snakeoil*", "*snake-oil*", "*.example", "*.sample",	 "*.dist",
	"*.md",	      "*.rst",	     "*.adoc",	  "*.template",	 "*.tmpl",
	"test_*.*",   "*_test.*",    "*.test.*",  "*.spec.*",	 "*-example.*",
	"*.pod",      "PKG-INFO",    "METADATA",  "*_example.*", "*.example.*",
	"README*",    "NEWS*",	     "HISTORY*",  "CHANGELOG*",	 "CHANGES*",
};

/* What everybody can download: a value that somebody left in it was no secret of this image. */
static const char *const published_folders[] = {
	"node_modules", "site-packages", "dist-packages",    "gems",
	"vendor",	"perl5",	 "bower_components",
};
static const char *const published_roots[] = {
	"usr/share/", "usr/lib/", "usr/lib64/", "usr/libexec/", "usr/include/", "var/lib/dpkg/",
};
static const char *const web_roots[] = {"usr/share/nginx/", "usr/share/caddy/"};

/* Whose values without quotes are expressions. */
static const char *const code_files[] = {
	"*.c",	 "*.h",	    "*.cc",    "*.cpp",	 "*.hpp", "*.cs",   "*.d",   "*.dart", "*.el",
	"*.erl", "*.ex",    "*.exs",   "*.f90",	 "*.go",  "*.hs",   "*.inc", "*.java", "*.js",
	"*.jsx", "*.kt",    "*.lua",   "*.m",	 "*.mjs", "*.cjs",  "*.ml",  "*.pas",  "*.php",
	"*.pl",	 "*.pm",    "*.pp",    "*.py",	 "*.pyi", "*.pyc",  "*.r",   "*.R",    "*.rb",
	"*.rs",	 "*.scala", "*.swift", "*.tcl",	 "*.tm",  "*.ts",   "*.tsx", "*.vim",  "*.vue",
	"*.zig", "*.css",   "*.scss",  "*.less", "*.map", "*.html", "*.htm", "*.po",   "*.svg",
};

#define IS_ONE_OF(s, list) is_one_of((s), (list), sizeof(list) / sizeof((list)[0]))
static bool is_one_of(struct str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (path_match(str_of(list[i]), s))
			return true;
	return false;
}

/* A folder on the way to the file. */
static bool is_below(struct str path, const char *const *list, size_t n)
{
	struct str part;

	path = path_dir(path);
	while (str_pull_until(&path, '/', &part)) {
		if (part.n > 1 && part.p[part.n - 1] == '!') /* of an archive: a.jar!/test/x */
			part.n--;
		if (is_one_of(part, list, n))
			return true;
	}
	return false;
}
#define IS_BELOW(path, list) is_below((path), (list), sizeof(list) / sizeof((list)[0]))

static bool has_root(struct str path, const char *const *list, size_t n)
{
	path = str_has_prefix(path, STR("/")) ? str_skip(path, 1) : path;
	for (size_t i = 0; i < n; i++)
		if (str_has_prefix(path, str_of(list[i])))
			return true;
	return false;
}
#define HAS_ROOT(path, list) has_root((path), (list), sizeof(list) / sizeof((list)[0]))

static bool is_published(struct str path)
{
	return (HAS_ROOT(path, published_roots) && !HAS_ROOT(path, web_roots)) ||
	       IS_BELOW(path, published_folders);
}

/* Nobody's in particular: a password, a key. What says whose it is, is asked about everywhere. */
static bool is_anybodys(const struct secret_rule *rule)
{
	return rule->context != CONTEXT_NONE || str_is(rule->pack, "generic") ||
	       str_is(rule->pack, "keys") || str_is(rule->pack, "files");
}

double secret_path_weight(struct str path, const struct secret_hit *hit)
{
	double weight = 1;

	if (IS_ONE_OF(path_base(path), made_up_files) || IS_BELOW(path, made_up_folders))
		weight = MADE_UP;
	else if (is_anybodys(hit->rule) && is_published(path))
		weight = PUBLISHED;
	if (hit->is_bare && IS_ONE_OF(path_base(path), code_files))
		weight *= BARE_CODE;
	return weight;
}

/* ---- kinds ---- */

static const char *const names[] = {
#define FOUND(NAME, name, what) name,
#include "secret/secret_file_list.def"
#undef FOUND
};

enum secret_file_kind secret_file_kind_find(struct str name)
{
	unsigned i = 0;

	while (i < SECRET_N_FILE_KINDS && !str_is(name, names[i]))
		i++;
	return (enum secret_file_kind)i;
}

const char *secret_file_kind_name(enum secret_file_kind kind)
{
	return kind < SECRET_N_FILE_KINDS ? names[kind] : NULL;
}
