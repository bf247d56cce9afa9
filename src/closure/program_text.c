/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     #!/usr/bin/env -S python3 -u       the interpreter, and what env is told to run
 *     command = /usr/bin/app -c /etc/x   of a text of settings: a command, the paths it names
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "check/shell.h"
#include "closure/program.h"

static const struct {
	const char *extension;
	enum program_kind kind;
} by_extension[] = {
	{"py", PROGRAM_PYTHON},	 {"pyw", PROGRAM_PYTHON}, {"js", PROGRAM_NODE},
	{"mjs", PROGRAM_NODE},	 {"cjs", PROGRAM_NODE},	  {"pl", PROGRAM_PERL},
	{"pm", PROGRAM_PERL},	 {"rb", PROGRAM_RUBY},	  {"ru", PROGRAM_RUBY},
	{"php", PROGRAM_PHP},	 {"inc", PROGRAM_PHP},	  {"sh", PROGRAM_SHELL},
	{"bash", PROGRAM_SHELL},
};

static const struct {
	const char *name; /* what the interpreter's name begins with */
	enum program_kind kind;
} by_interpreter[] = {
	{"python", PROGRAM_PYTHON}, {"pypy", PROGRAM_PYTHON}, {"node", PROGRAM_NODE},
	{"bun", PROGRAM_NODE},	    {"perl", PROGRAM_PERL},   {"ruby", PROGRAM_RUBY},
	{"php", PROGRAM_PHP},
};

static enum program_kind kind_of_interpreter(struct str path)
{
	struct str name = path_base(path);
	enum shell_dialect dialect;

	for (size_t i = 0; i < sizeof by_interpreter / sizeof *by_interpreter; i++)
		if (str_has_prefix(name, str_of(by_interpreter[i].name)))
			return by_interpreter[i].kind;
	return shell_dialect_find(name, &dialect) ? PROGRAM_SHELL : PROGRAM_OTHER;
}

static enum program_kind kind_of_name(struct str path)
{
	struct str before, after, name = path_base(path);

	if (str_is(name, "package.json"))
		return PROGRAM_NPM;
	if (!str_rcut(name, '.', &before, &after))
		return PROGRAM_CONFIG;
	for (size_t i = 0; i < sizeof by_extension / sizeof *by_extension; i++)
		if (str_is(after, by_extension[i].extension))
			return by_extension[i].kind;
	return PROGRAM_CONFIG;
}

/* What env runs: behind its options and variables. */
static struct str command_of_env(struct str rest)
{
	struct str word;

	while (str_pull_word(&rest, &word)) {
		if (str_is(word, "-u") || str_is(word, "-C")) {
			(void)str_pull_word(&rest, &word); /* its value; at the end there is none */
			continue;
		}
		if (str_has_prefix(word, STR("-S")) && word.n > 2)
			return str_skip(word, 2);
		if (word.p[0] != '-' && str_find_char(word, '=') == word.n)
			return word;
	}
	return STR_NULL;
}

/* The file in the "#!" line's arguments: "#!/usr/bin/awk -f" needs no more, "#!/x /etc/y" does. */
static void shebang_arguments(struct str rest, struct program_draft *d)
{
	struct str word;

	while (str_pull_word(&rest, &word))
		if (word.p[0] == '/')
			program_draft_add(d, LINK_PATH, word);
}

static bool read_shebang(struct str text, struct program_draft *d, enum program_kind *kind)
{
	struct str line, interpreter;

	if (!str_pull_prefix(&text, STR("#!")) || !str_pull_line(&text, &line) ||
	    !str_pull_word(&line, &interpreter) || interpreter.p[0] != '/')
		return false;
	program_draft_add(d, LINK_INTERPRETER, interpreter);
	if (str_is(path_base(interpreter), "env")) {
		interpreter = command_of_env(line);
		program_draft_add(d, LINK_COMMAND, interpreter);
	} else {
		shebang_arguments(line, d);
	}
	*kind = kind_of_interpreter(interpreter);
	return true;
}

/* ---- texts that name files ---- */

static bool is_path_char(char c)
{
	return char_is_alnum(c) || (c && strchr("/._+-@%~,*?", c));
}

void program_path_links(struct str text, struct program_draft *d)
{
	for (size_t i = 0; i < text.n; i++) {
		size_t end = i;
		struct str path;

		if (text.p[i] != '/' ||
		    (i && (is_path_char(text.p[i - 1]) || text.p[i - 1] == ':' ||
			   text.p[i - 1] == '<' || text.p[i - 1] == '\\')))
			continue;
		while (end < text.n && is_path_char(text.p[end]))
			end++;
		path = str_sub(text, i, end - i);
		while (path.n && strchr(".,/*?", path.p[path.n - 1]))
			path.n--;
		if (path.n > 3 && path.p[1] != '/' && path.n < 4096)
			program_draft_add(d, LINK_PATH, path);
		i = end;
	}
}

/* supervisord's command=, systemd's ExecStart= and its kin. */
static int settings_links(struct str text, struct program_draft *d)
{
	struct str line;
	int r = 0;

	while (r == 0 && str_pull_line(&text, &line)) {
		struct str key, value;

		if (!str_cut(line, '=', &key, &value))
			continue;
		key = str_trim(key);
		value = str_trim(value);
		while (value.n && strchr("-@:+!", value.p[0]))
			value = str_skip(value, 1);
		if (str_is(key, "command") || str_has_prefix(key, STR("ExecStart")))
			r = program_shell_links(value, d);
		else if (str_is(key, "home") || str_is(key, "version") ||
			 str_is(key, "include-system-site-packages"))
			program_draft_add(d, LINK_SETTING,
					  arena_strf(&d->arena, "%.*s\x1f%.*s", STR_FMT(key),
						     STR_FMT(value)));
	}
	return r;
}

/* What .pth files hold: paths, relative ones too, and lines that import. */
static void pth_links(struct str text, struct program_draft *d)
{
	struct str line;

	while (str_pull_line(&text, &line)) {
		line = str_trim(line);
		if (str_has_prefix(line, STR("import ")) || str_has_prefix(line, STR("import\t")))
			program_python_links(line, d);
		else if (line.n && line.p[0] != '#')
			program_draft_add(d, LINK_SETTING,
					  arena_strf(&d->arena, "path\x1f%.*s", STR_FMT(line)));
	}
}

/* nsswitch.conf: "hosts: files dns" names modules of the C library. */
static void nsswitch_links(struct str text, struct program_draft *d)
{
	struct str line, key, value, word;

	while (str_pull_line(&text, &line)) {
		line = str_sub(line, 0, str_find_char(line, '#'));
		if (!str_cut(line, ':', &key, &value))
			continue;
		while (str_pull_word(&value, &word))
			if (char_is_alpha(word.p[0]))
				program_draft_add(
					d, LINK_LIBRARY,
					arena_strf(&d->arena, "libnss_%.*s.so.2", STR_FMT(word)));
	}
}

/* "auth required pam_unix.so": modules stand in the folder of security modules. */
static void pam_links(struct str text, struct program_draft *d)
{
	struct str line, word;

	while (str_pull_line(&text, &line)) {
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (str_pull_prefix(&line, STR("@include")))
			program_draft_add(
				d, LINK_PATH,
				arena_strf(&d->arena, "/etc/pam.d/%.*s", STR_FMT(str_trim(line))));
		while (str_pull_word(&line, &word))
			if (str_has_suffix(word, STR(".so")))
				program_draft_add(d, LINK_LIBRARY,
						  arena_strf(&d->arena, "security/%.*s",
							     STR_FMT(path_base(word))));
	}
}

static bool is_linker_conf(struct str path)
{
	return str_is(path, "etc/ld.so.conf") || str_has_prefix(path, STR("etc/ld.so.conf.d/")) ||
	       (str_has_prefix(path, STR("etc/ld-musl-")) && str_has_suffix(path, STR(".path")));
}

/* Each line, or what stands between colons, is a directory; or "include" with a pattern. */
static void linker_links(struct str text, struct program_draft *d)
{
	struct str line, word;

	while (str_pull_line(&text, &line)) {
		line = str_trim(str_sub(line, 0, str_find_char(line, '#')));
		if (str_pull_prefix(&line, STR("include "))) {
			program_draft_add(d, LINK_PATH, str_trim(line));
			continue;
		}
		while (str_pull_until(&line, ':', &word))
			program_draft_add(
				d, LINK_SETTING,
				arena_strf(&d->arena, "path\x1f%.*s", STR_FMT(str_trim(word))));
	}
}

static int config_links(struct str path, struct str text, struct program_draft *d)
{
	d->program.kind = PROGRAM_CONFIG;
	if (is_linker_conf(path)) {
		linker_links(text, d);
		return 0;
	}
	if (str_has_suffix(path, STR(".pth"))) {
		pth_links(text, d);
		return 0;
	}
	if (str_is(path, "etc/nsswitch.conf"))
		nsswitch_links(text, d);
	if (str_has_prefix(path, STR("etc/pam.d/")) || str_is(path, "etc/pam.conf"))
		pam_links(text, d);
	program_path_links(text, d);
	return settings_links(text, d);
}

static bool is_text(struct str text)
{
	struct str head = str_sub(text, 0, 1024);

	return memchr(head.p, '\0', head.n) == NULL;
}

int program_of_text(struct str path, struct str text, struct program_draft *d)
{
	enum program_kind kind = kind_of_name(path);
	bool is_script = read_shebang(text, d, &kind);
	int r = 0;

	if (text.n == 0 || !is_text(text))
		return 0;
	d->program.kind = kind;
	switch (kind) {
	case PROGRAM_SHELL:
		r = program_shell_links(text, d);
		break;
	case PROGRAM_PYTHON:
		program_python_links(text, d);
		break;
	case PROGRAM_NODE:
		program_node_links(text, d);
		break;
	case PROGRAM_NPM:
		program_npm_links(text, d);
		break;
	case PROGRAM_PERL:
		program_perl_links(text, d);
		break;
	case PROGRAM_RUBY:
		program_ruby_links(text, d);
		break;
	case PROGRAM_PHP:
		program_php_links(text, d);
		break;
	case PROGRAM_OTHER:
		program_path_links(text, d);
		program_draft_unknown(d, "a script of an interpreter that is not read here");
		break;
	case PROGRAM_CONFIG:
		r = config_links(path, text, d);
		break;
	case PROGRAM_ELF:
	case PROGRAM_JAR:
		return 0;
	}
	if (r == 0)
		r = d->arena.failed && !d->arena.full ? -ERR_NOMEM : 0;
	if (d->arena.full)
		d->program.flags |= PROGRAM_PARTIAL;
	return r < 0 ? r : is_script || d->bytes.n > 15 || kind != PROGRAM_CONFIG;
}

void program_of_manifest(struct str text, struct program_draft *d)
{
	CLEANUP(strbuf_done) struct strbuf joined = STRBUF_INIT(LIMIT_PROGRAM_TEXT_BYTES);
	struct str line, rest, word;

	d->program.kind = PROGRAM_JAR;
	while (str_pull_line(&text,
			     &line)) { /* lines are cut at 72 bytes and go on after a blank */
		if (line.n && line.p[0] == ' ') {
			strbuf_add(&joined, str_skip(line, 1));
		} else {
			strbuf_addc(&joined, '\n');
			strbuf_add(&joined, line);
		}
	}
	rest = strbuf_str(&joined);
	while (str_pull_line(&rest, &line))
		if (str_pull_prefix(&line, STR("Class-Path:")))
			while (str_pull_word(&line, &word))
				program_draft_add(d, LINK_JAR, word);
}
