/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"

#define SOURCE_BYTES  ((size_t)4 << 20)
#define TOLD_BYTES    400
#define MODE_OF_TEXTS 0644

#define TOOL(id)      extern const struct tool tool_##id;
#include "patch/tool_list.def"
#undef TOOL

const struct tool *const tools[] = {
#define TOOL(id) &tool_##id,
#include "patch/tool_list.def"
#undef TOOL
	NULL,
};

const struct tool *tool_find(struct root *root, struct str type)
{
	for (size_t i = 0; tools[i]; i++) {
		CLEANUP(fd_closep) int fd = -1;

		if (!str_is(type, tools[i]->type))
			continue;
		fd = root_open(root, str_of(tools[i]->program + 1), NULL);
		if (fd >= 0)
			return tools[i];
	}
	return NULL;
}

/* ---- programs ---- */

/* The last lines: what a program says before it gives up. */
static struct str last_words(struct str log)
{
	log = str_trim(log);
	if (log.n > TOLD_BYTES)
		log = str_skip(log, log.n - TOLD_BYTES);
	return log;
}

static void one_line(struct str s, char ret[TOLD_BYTES + 1])
{
	for (size_t i = 0; i < s.n; i++)
		ret[i] = s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == '\t' ? ' ' : s.p[i];
	ret[s.n] = '\0';
}

int tool_exec(struct tool_run *t, bool network, const char *const *argv, struct strbuf *log,
	      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf own = STRBUF_INIT(LIMIT_PATCH_LOG_BYTES);
	const char *proxy = jail_proxy(t->in), *epoch = getenv("SOURCE_DATE_EPOCH");
	const char *env[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			     "HOME=/root",
			     "LC_ALL=C",
			     "TERM=dumb",
			     "DEBIAN_FRONTEND=noninteractive",
			     "DEBCONF_NONINTERACTIVE_SEEN=true",
			     arena_strf(t->arena, "http_proxy=%s", proxy).p,
			     arena_strf(t->arena, "https_proxy=%s", proxy).p,
			     epoch ? arena_strf(t->arena, "SOURCE_DATE_EPOCH=%s", epoch).p : NULL,
			     NULL};
	const struct jail_program p = {.argv = argv, .env = env, .network = network};
	char words[TOLD_BYTES + 1];
	int status = 0, r = arena_check(t->arena, err);

	log = log ? log : &own;
	if (r == 0)
		r = jail_exec(t->in, &p, log, &status, err);
	if (r < 0 || status == 0)
		return r;
	one_line(last_words(strbuf_str(log)), words);
	return err_set(err, ERR_IO, "%s %s ended with status %d: %s", argv[0],
		       argv[1] ? argv[1] : "", status, words);
}

const char **tool_arguments(struct tool_run *t, const char *const *first, size_t n_first,
			    struct str (*write)(struct arena *a, const struct fix_package *p))
{
	const struct vec *packages = &t->plan->packages;
	const char **argv = arena_array(t->arena, n_first + packages->n + 1, sizeof *argv);

	for (size_t i = 0; argv && i < n_first; i++)
		argv[i] = first[i];
	for (size_t i = 0; argv && i < packages->n; i++) {
		argv[n_first + i] = write(t->arena, vec_at(packages, i)).p;
		if (!argv[n_first + i])
			return NULL;
	}
	return argv;
}

/* ---- sources of packages ---- */

int tool_make_folder(const char *path, struct err *err)
{
	return mkdir(path, 0755) < 0 && errno != EEXIST ? err_errno(err, errno, "create %s", path)
							: 0;
}

int tool_write(const char *path, struct str text, struct err *err)
{
	CLEANUP(fd_closep)
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, MODE_OF_TEXTS);

	return fd < 0 ? err_errno(err, errno, "create %s", path) : fd_write_all(fd, text, err);
}

static bool is_host_end(char c)
{
	return c == '/' || char_is_space(c) || c == '"' || c == '\'' || c == ',' || c == ']';
}

static int add_host(struct tool_hosts *hosts, struct str host, struct arena *a, struct err *err)
{
	size_t at = str_rfind_char(host, '@');

	if (at < host.n) /* a user's name and password in front */
		host = str_skip(host, at + 1);
	if (host.n == 0 || host.n > 255 || host.p[0] == '+')
		return 0;
	for (size_t i = 0; i < hosts->n; i++)
		if (str_is(host, hosts->list[i]))
			return 0;
	if (hosts->n == ARRAY_LEN(hosts->list))
		return err_set(err, ERR_LIMIT, "packages from more than %zu hosts",
			       ARRAY_LEN(hosts->list));
	hosts->list[hosts->n] = arena_str(a, host).p;
	return hosts->list[hosts->n++] ? 0 : err_nomem(err);
}

int tool_find_hosts(struct str text, struct tool_hosts *hosts, struct arena *a, struct err *err)
{
	struct str line;
	int r = 0;

	while (r == 0 && str_pull_line(&text, &line)) {
		line = str_trim(line);
		if (line.n && line.p[0] == '#')
			continue;
		for (size_t at; r == 0 && (at = str_find(line, STR("://"))) < line.n;) {
			size_t n = 0;
			bool is_http = (at >= 4 && str_is(str_sub(line, at - 4, 4), "http")) ||
				       (at >= 5 && str_is(str_sub(line, at - 5, 5), "https"));

			line = str_skip(line, at + 3);
			while (n < line.n && !is_host_end(line.p[n]))
				n++;
			r = is_http ? add_host(hosts, str_sub(line, 0, n), a, err) : 0;
		}
	}
	return r;
}

int tool_put_mirrors(struct str text, struct str_list mirrors, struct strbuf *out, struct err *err)
{
	while (text.n) {
		struct str from, to;
		size_t i = 0;

		while (i < mirrors.n && !(str_cut(mirrors.p[i], '=', &from, &to) && from.n &&
					  str_has_prefix(text, from)))
			i++;
		if (i < mirrors.n) {
			strbuf_add(out, to);
			text = str_skip(text, from.n);
		} else {
			strbuf_addc(out, text.p[0]);
			text = str_skip(text, 1);
		}
	}
	return strbuf_check(out, err);
}

/* What switches signatures off, in the words of apt and of rpm's tools. */
int tool_check_sources(struct str text, const char *name, struct err *err)
{
	static const char *const words[] = {"trusted=yes", "trusted:yes", "gpgcheck=0",
					    "allow-insecure=yes", "allow-insecure:yes"};
	struct str line;

	while (str_pull_line(&text, &line)) {
		CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(SOURCE_BYTES);

		line = str_trim(line);
		if (line.n && line.p[0] == '#')
			continue;
		for (size_t i = 0; i < line.n; i++)
			if (!char_is_space(line.p[i]))
				strbuf_addc(&plain, char_lower(line.p[i]));
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (str_find(strbuf_str(&plain), str_of(words[i])) < plain.n)
				return err_set(err, ERR_DENIED,
					       "%s: \"%s\": packages without a signature are not "
					       "installed",
					       name, words[i]);
	}
	return 0;
}

static int copy_text(struct tool_run *t, struct str text, const char *name, const char *to,
		     struct tool_hosts *hosts, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(2 * SOURCE_BYTES);
	int r = tool_check_sources(text, name, err);

	if (r == 0)
		r = tool_put_mirrors(text, t->options->mirrors, &out, err);
	if (r == 0)
		r = tool_find_hosts(strbuf_str(&out), hosts, t->arena, err);
	return r == 0 ? tool_write(to, strbuf_str(&out), err) : r;
}

int tool_copy_source(struct tool_run *t, struct str path, const char *to, struct tool_hosts *hosts,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(SOURCE_BYTES);
	CLEANUP(fd_closep) int fd = root_open(t->root, path, err);
	CLEANUP(freep) char *name = str_dup(path);
	int r = fd < 0 ? fd : fd_read_all(fd, &text, err);

	if (!name)
		return err_nomem(err);
	return r < 0 ? r : copy_text(t, strbuf_str(&text), name, to, hosts, err);
}

int tool_copy_given(struct tool_run *t, const char *to, struct tool_hosts *hosts, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(SOURCE_BYTES);
	int r = file_read(t->options->sources, &text, err);

	return r < 0 ? r : copy_text(t, strbuf_str(&text), "--sources", to, hosts, err);
}

/* What the user's own words name: nothing that an image can say. */
static int find_own(const struct tool_run *t, struct tool_hosts *own, struct err *err)
{
	struct str from, to;
	int r = 0;

	for (size_t i = 0; i < t->options->hosts.n && r == 0; i++)
		r = add_host(own, t->options->hosts.p[i], t->arena, err);
	for (size_t i = 0; i < t->options->mirrors.n && r == 0; i++)
		if (str_cut(t->options->mirrors.p[i], '=', &from, &to))
			r = tool_find_hosts(to, own, t->arena, err);
	return r;
}

static bool is_among(const struct tool_hosts *hosts, const char *host)
{
	for (size_t i = 0; i < hosts->n; i++)
		if (strcmp(hosts->list[i], host) == 0)
			return true;
	return false;
}

int tool_network(struct tool_run *t, struct tool_hosts *hosts, struct err *err)
{
	struct tool_hosts own = {0};
	int r = find_own(t, &own, err);

	if (hosts->n == 0)
		return err_set(err, ERR_NOT_FOUND,
			       "the image names no repository that is reached by http or https; "
			       "--sources gives one");
	for (size_t i = 0; i < own.n && r == 0; i++)
		r = add_host(hosts, str_of(own.list[i]), t->arena, err);
	for (size_t i = 0; i < hosts->n && r == 0; i++) {
		if (!t->options->sources && !is_among(&own, hosts->list[i]))
			continue;
		hosts->list[i] = arena_strf(t->arena, "+%s", hosts->list[i]).p; /* gate.h */
		r = arena_check(t->arena, err);
	}
	return r == 0 ? jail_network(t->in, hosts->list, hosts->n, err) : r;
}
