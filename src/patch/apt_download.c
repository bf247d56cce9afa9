/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/apt_download.h"

#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/proc.h"
#include "patch/apt_conf.h"
#include "patch/apt_policy.h"

#define SOURCE_BYTES ((size_t)4 << 20)
#define TOLD_BYTES   300

struct download {
	struct arena arena;
	const char *scratch; /* the folder */
	const char *conf;
	const struct fix_plan *plan;
	const struct apt_download_options *options;
};

/* A distribution whose packages apt can fetch without being told more. */
struct home {
	const char *id, *keyring, *url, *security_url, *components;
	const char *suites; /* %s: the code name */
};

static const struct home homes[] = {
	{"debian", "/usr/share/keyrings/debian-archive-keyring.gpg", "http://deb.debian.org/debian",
	 "http://deb.debian.org/debian-security", "main", "-updates"},
	{"ubuntu", "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
	 "http://archive.ubuntu.com/ubuntu", "http://security.ubuntu.com/ubuntu", "main universe",
	 "-updates"},
};

static const struct home *home_of(const struct fix_plan *plan)
{
	for (size_t i = 0; i < ARRAY_LEN(homes); i++)
		if (str_is(plan->distro.id, homes[i].id) && plan->distro.codename.n)
			return &homes[i];
	return NULL;
}

bool apt_download_is_needed(const struct report *before, const struct fix_plan *plan)
{
	if (!str_is(plan->type, "deb"))
		return false;
	for (size_t i = 0; i < before->packages.n; i++) {
		const struct report_package *p = vec_at(&before->packages, i);

		if (str_is(p->db, "dpkg") && str_is(p->p.name, "apt"))
			return false;
	}
	return true;
}

/* ---- words of the image ---- */

/* That cannot end a line, a text in quotes or an option where apt of this machine reads it. */
static bool is_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && (i == 0 || !strchr("+-._", s.p[i]) || !s.p[i]))
			return false;
	return s.n > 0;
}

static int check_word(struct str s, const char *what, struct err *err)
{
	return is_word(s) ? 0
			  : err_set(err, ERR_DENIED, "\"%.*s\" is no %s",
				    STR_FMT(str_sub(s, 0, 100)), what);
}

/* An image says what it likes; apt's configuration runs commands. */
static int check_words(const struct fix_plan *plan, struct err *err)
{
	int r = plan->distro.codename.n
			? check_word(plan->distro.codename, "name of a release", err)
			: 0;

	for (size_t i = 0; i < plan->packages.n && r == 0; i++) {
		const struct fix_package *p = vec_at(&plan->packages, i);

		r = check_word(p->name, "name of a package", err);
		if (r == 0 && p->arch.n)
			r = check_word(p->arch, "architecture", err);
	}
	return r;
}

/* ---- configuration ---- */

static int read_sources(struct download *d, struct strbuf *text, struct err *err)
{
	const struct home *home = home_of(d->plan);
	struct str code = d->plan->distro.codename;

	if (d->options->sources)
		return file_read(d->options->sources, text, err);
	if (!home)
		return err_set(err, ERR_UNSUPPORTED,
			       "the image has no apt, and where packages of %.*s come from is not "
			       "known: --sources and --keyring say it",
			       STR_FMT(d->plan->distro.id));
	strbuf_addf(text, "deb %s %.*s %s\n", home->url, STR_FMT(code), home->components);
	strbuf_addf(text, "deb %s %.*s%s %s\n", home->url, STR_FMT(code), home->suites,
		    home->components);
	strbuf_addf(text, "deb %s %.*s-security %s\n", home->security_url, STR_FMT(code),
		    home->components);
	return strbuf_check(text, err);
}

static int write_sources(struct download *d, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(SOURCE_BYTES);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(2 * SOURCE_BYTES);
	struct str path;
	int r = read_sources(d, &text, err);

	if (r == 0)
		r = tool_check_sources(strbuf_str(&text), "--sources", err);
	if (r == 0)
		r = tool_put_mirrors(strbuf_str(&text), d->options->mirrors, &out, err);
	if (r < 0)
		return r;
	path = arena_strf(&d->arena, "%s/sources/image.%s", d->scratch,
			  str_find(strbuf_str(&text), STR("Types:")) < text.n ? "sources" : "list");
	return path.p ? tool_write(path.p, strbuf_str(&out), err) : err_nomem(err);
}

static int find_keyring(const struct download *d, const char **ret, struct err *err)
{
	const struct home *home = home_of(d->plan);

	*ret = d->options->keyring ? d->options->keyring : home ? home->keyring : NULL;
	if (*ret && access(*ret, R_OK) == 0)
		return 0;
	return err_set(err, ERR_NOT_FOUND,
		       "%s: no keyring that packages can be verified with; --keyring names one",
		       *ret ? *ret : "this distribution");
}

static int write_conf(struct download *d, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf conf = STRBUF_INIT(65536);
	CLEANUP(freep) char *keyring = NULL;
	struct str arch = STR_NULL;
	const char *ring;
	int r = find_keyring(d, &ring, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < d->plan->packages.n && (!arch.n || str_is(arch, "all")); i++)
		arch = ((const struct fix_package *)vec_at(&d->plan->packages, i))->arch;
	keyring = realpath(ring, NULL);
	apt_conf_write(&conf, d->scratch);
	strbuf_addf(&conf, "Dir::State::status \"%s/status\";\n", d->scratch);
	strbuf_addf(&conf, "Dir::Etc::Trusted \"%s\";\nDir::Etc::TrustedParts \"/dev/null\";\n",
		    keyring ? keyring : ring);
	if (arch.n && !str_is(arch, "all"))
		strbuf_addf(&conf,
			    "APT::Architecture \"%.*s\";\n#clear APT::Architectures;\n"
			    "APT::Architectures { \"%.*s\"; };\n",
			    STR_FMT(arch), STR_FMT(arch));
	r = strbuf_check(&conf, err);
	return r == 0 ? tool_write(d->conf, strbuf_str(&conf), err) : r;
}

static int make_folders(struct download *d, struct err *err)
{
	static const char *const names[] = {"sources", "lists", "lists/partial",   "archives",
					    "log",     "cache", "archives/partial"};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(names) && r == 0; i++) {
		struct str path = arena_strf(&d->arena, "%s/%s", d->scratch, names[i]);

		r = path.p ? tool_make_folder(path.p, err) : err_nomem(err);
	}
	return r == 0 ? tool_write(arena_strf(&d->arena, "%s/status", d->scratch).p, STR(""), err)
		      : r;
}

/* ---- runs ---- */

static int run(const char *const *argv, struct strbuf *out, struct err *err)
{
	const struct proc p = {.argv = argv, .seconds = LIMIT_PATCH_SECONDS, .with_stderr = true};
	char words[TOLD_BYTES + 1];
	struct str said;
	int status = 0, r = proc_run(&p, out, &status, err);

	if (r < 0 || status == 0)
		return r;
	said = str_trim(strbuf_str(out));
	said = str_skip(said, said.n > TOLD_BYTES ? said.n - TOLD_BYTES : 0);
	for (size_t i = 0; i <= said.n; i++)
		words[i] = i == said.n ? '\0' : said.p[i] == '\n' ? ' ' : said.p[i];
	return err_set(err, ERR_IO, "apt-get of this machine ended with status %d: %s", status,
		       words);
}

static int update(struct download *d, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_PATCH_LOG_BYTES);
	const char *const argv[] = {"apt-get", "-c", d->conf, "-q", "update", NULL};

	return run(argv, &out, err);
}

static const char **with_packages(struct download *d, const char *const *first, size_t n)
{
	size_t n_packages = d->plan->packages.n;
	const char **argv = arena_array(&d->arena, n + n_packages + 1, sizeof *argv);

	for (size_t i = 0; argv && i < n; i++)
		argv[i] = first[i];
	for (size_t i = 0; argv && i < n_packages; i++)
		argv[n + i] = apt_name(&d->arena, vec_at(&d->plan->packages, i)).p;
	return argv;
}

static int fetch(struct download *d, size_t *ret_n, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf said = STRBUF_INIT(LIMIT_PATCH_LOG_BYTES);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_PATCH_LOG_BYTES);
	struct str folder = arena_strf(&d->arena, "--chdir=%s/archives", d->scratch);
	const char *const policy[] = {"apt-cache", "-c", d->conf, "policy"};
	const char *const get[] = {"env", folder.p, "apt-get", "-c", d->conf, "-q", "download"};
	const char **asked = with_packages(d, policy, ARRAY_LEN(policy));
	const char **argv = with_packages(d, get, ARRAY_LEN(get));
	size_t n = ARRAY_LEN(get);
	int r = asked && argv && folder.p ? run(asked, &said, err) : err_nomem(err);

	if (r == 0)
		r = apt_candidates(strbuf_str(&said), d->plan, &d->arena, argv, &n, err);
	if (r < 0)
		return r;
	*ret_n = n - ARRAY_LEN(get);
	argv[n] = NULL;
	return *ret_n ? run(argv, &out, err) : 0;
}

int apt_download(const char *dir, const struct fix_plan *plan,
		 const struct apt_download_options *options, size_t *ret_n, struct err *err)
{
	struct download d = {.plan = plan, .options = options};
	int r = check_words(plan, err);

	if (r < 0)
		return r;
	arena_init(&d.arena, LIMIT_ARENA_BYTES);
	d.scratch = arena_strf(&d.arena, "%s/scratch", dir).p;
	d.conf = arena_strf(&d.arena, "%s/scratch/apt.conf", dir).p;
	r = d.scratch && d.conf ? make_folders(&d, err) : err_nomem(err);
	if (r == 0)
		r = write_sources(&d, err);
	if (r == 0)
		r = write_conf(&d, err);
	if (r == 0)
		r = update(&d, err);
	if (r == 0)
		r = fetch(&d, ret_n, err);
	arena_done(&d.arena);
	return r;
}
