/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apt-get of the image: two runs, the first fetches through the gate and verifies, the second
 * installs what is there without any network, so that scripts of packages never have one.
 */
#include "base/fd.h"
#include "base/limits.h"
#include "patch/apt_conf.h"
#include "patch/apt_policy.h"
#include "patch/tool.h"

#define APT_GET	  "/usr/bin/apt-get"
#define APT_CACHE "/usr/bin/apt-cache"
#define CONF	  "/run/plimsoll/apt.conf"

/* ---- where packages come from ---- */

struct sources {
	struct tool_run *t;
	struct tool_hosts hosts;
	unsigned n;
	struct err *err;
};

static int copy_one(struct sources *s, struct str path)
{
	const char *kind = str_has_suffix(path, STR(".sources")) ? "sources" : "list";
	char to[64];

	(void)snprintf(to, sizeof to, "/scratch/sources/%03u.%s", s->n++, kind);
	return tool_copy_source(s->t, path, to, &s->hosts, s->err);
}

static int copy_part(void *context, struct str name)
{
	struct sources *s = context;
	struct str path;

	if (!str_has_suffix(name, STR(".list")) && !str_has_suffix(name, STR(".sources")))
		return 0;
	path = arena_strf(s->t->arena, "etc/apt/sources.list.d/%.*s", STR_FMT(name));
	return path.p ? copy_one(s, path) : err_nomem(s->err);
}

static int copy_sources(struct tool_run *t, struct tool_hosts *ret, struct err *err)
{
	struct sources s = {.t = t, .err = err};
	int r = 0;

	if (t->options->sources) {
		r = tool_copy_given(t,
				    str_has_suffix(str_of(t->options->sources), STR(".sources"))
					    ? "/scratch/sources/given.sources"
					    : "/scratch/sources/given.list",
				    &s.hosts, err);
	} else {
		if (root_has(t->root, STR("etc/apt/sources.list")))
			r = copy_one(&s, STR("etc/apt/sources.list"));
		if (r == 0)
			r = root_list(t->root, STR("etc/apt/sources.list.d"), copy_part, &s);
	}
	if (r == 0)
		*ret = s.hosts;
	return r;
}

static int write_conf(struct tool_run *t, struct err *err)
{
	static const char *const folders[] = {"/scratch/lists",	   "/scratch/lists/partial",
					      "/scratch/archives", "/scratch/archives/partial",
					      "/scratch/log",	   "/scratch/cache"};
	CLEANUP(strbuf_done) struct strbuf conf = STRBUF_INIT(65536);
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(folders) && r == 0; i++)
		r = tool_make_folder(folders[i], err);
	apt_conf_write(&conf, "/run/plimsoll");
	strbuf_addf(&conf, "Acquire::http::Proxy \"%s\";\nAcquire::https::Proxy \"%s\";\n",
		    jail_proxy(t->in), jail_proxy(t->in));
	if (r == 0)
		r = strbuf_check(&conf, err);
	return r == 0 ? tool_write("/scratch/apt.conf", strbuf_str(&conf), err) : r;
}

/* ---- which versions ---- */

static const char *const install[] = {APT_GET,
				      "-c",
				      CONF,
				      "-q",
				      "-y",
				      "--only-upgrade",
				      "--no-remove",
				      "--no-install-recommends",
				      "--download-only",
				      "install"};
#define DOWNLOAD_AT 8

static int choose(struct tool_run *t, const char ***ret, size_t *ret_n, struct err *err)
{
	static const char *const policy[] = {APT_CACHE, "-c", CONF, "policy"};
	CLEANUP(strbuf_done) struct strbuf said = STRBUF_INIT(LIMIT_PATCH_LOG_BYTES);
	const char **asked = tool_arguments(t, policy, ARRAY_LEN(policy), apt_name);
	const char **argv =
		arena_array(t->arena, ARRAY_LEN(install) + t->plan->packages.n + 1, sizeof *argv);
	size_t n = ARRAY_LEN(install);
	int r;

	if (!asked || !argv)
		return err_nomem(err);
	memcpy(argv, install, sizeof install);
	r = tool_exec(t, false, asked, &said, err);
	if (r == 0)
		r = apt_candidates(strbuf_str(&said), t->plan, t->arena, argv, &n, err);
	*ret = argv;
	*ret_n = n - ARRAY_LEN(install);
	return r;
}

/* Services are not started while packages are installed. */
static int forbid_services(struct tool_run *t, struct err *err)
{
	return root_has(t->root, STR("usr/sbin/policy-rc.d")) || !root_has(t->root, STR("usr/sbin"))
		       ? 0
		       : root_lend(t->root, STR("usr/sbin/policy-rc.d"),
				   STR("#!/bin/sh\nexit 101\n"), 0755, err);
}

static int fix(struct tool_run *t, struct err *err)
{
	static const char *const update[] = {APT_GET, "-c", CONF, "-q", "update", NULL};
	struct tool_hosts hosts = {0};
	const char **argv = NULL;
	size_t n = 0;
	int r = tool_make_folder("/scratch/sources", err);

	if (r == 0)
		r = copy_sources(t, &hosts, err);
	if (r == 0)
		r = tool_network(t, &hosts, err);
	if (r == 0)
		r = write_conf(t, err);
	if (r == 0)
		r = tool_exec(t, true, update, NULL, err);
	if (r == 0)
		r = choose(t, &argv, &n, err);
	if (r < 0 || n == 0)
		return r;
	r = tool_exec(t, true, argv, NULL, err);
	if (r == 0)
		r = forbid_services(t, err);
	argv[DOWNLOAD_AT] = "--no-download";
	return r == 0 ? tool_exec(t, false, argv, NULL, err) : r;
}

static const char *const leavings[] = {
	"var/lib/apt/**",	   "var/cache/apt/**",	     "var/log/**",
	"var/lib/dpkg/*-old",	   "var/lib/dpkg/lock*",     "var/lib/dpkg/triggers/Lock",
	"var/cache/debconf/*-old", "var/cache/ldconfig/**",  "var/cache/man/**",
	"root/.wget-hsts",	   "var/lib/dpkg/available", NULL};

const struct tool tool_apt = {
	.id = "apt", .type = "deb", .program = APT_GET, .fix = fix, .leavings = leavings};
