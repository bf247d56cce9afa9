/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/help.h"
#include "base/nearest.h"
#include "codec/yaml.h"
#include "render/text.h"

#define VARIABLE_MAX 64 /* bytes of PLIMSOLL_NAME */

const struct config_sources config_usual = {
	.system_file = "/etc/plimsoll/config.yaml",
	.project_file = ".plimsoll.yaml",
	.variable = getenv,
};

const char config_details[] =
	"Each option of a command can also be set by the environment and by files. The command "
	"line wins over PLIMSOLL_NAME in the environment, that over .plimsoll.yaml in the working "
	"directory, and that over /etc/plimsoll/config.yaml.\n"
	"A file is a YAML map of option names. A map under a command's name is for that command, "
	"and wins over the rest of its file. Flags take true or false. A name that is no option is "
	"an error.\n"
	"    jobs: 4\n"
	"    require-complete: true\n"
	"    sbom:\n"
	"      format: spdx-json\n"
	"The working directory may be a stranger's. So .plimsoll.yaml cannot set what weakens a "
	"protection, names other files or says whom to trust, and flags it can only switch on: "
	"plimsoll "
	"help config lists what it may set. What is scanned is never asked for a configuration.\n";

/* ---- one value ---- */

static bool bool_parse(struct str s, bool *ret)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"true", true},   {"yes", true}, {"on", true},   {"1", true},
		     {"false", false}, {"no", false}, {"off", false}, {"0", false}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_nocase(s, str_of(words[i].word))) {
			*ret = words[i].value;
			return true;
		}
	return false;
}

static bool is_one_of(struct str value, const char *values)
{
	struct str rest = str_of(values), word;

	while (str_pull_word(&rest, &word))
		if (str_eq(word, value))
			return true;
	return false;
}

/* value stays where it is as long as the options are used. */
static int set_option(const struct option_spec *o, const char *value, bool project, struct err *err)
{
	bool on;

	if (project && !o->project)
		return err_set(
			err, ERR_USAGE,
			"a project's file cannot set %s; say --%s, or see plimsoll help config",
			o->name, o->name);
	if (o->values && !is_one_of(str_of(value), o->values))
		return err_set(err, ERR_USAGE, "%s takes one of \"%s\", not \"%s\"", o->name,
			       o->values, value);
	if (o->kind != OPTION_KIND_FLAG)
		return option_set(o, "", value, err);
	if (!bool_parse(str_of(value), &on))
		return err_set(err, ERR_USAGE, "%s takes true or false, not \"%s\"", o->name,
			       value);
	if (project && !on)
		return err_set(err, ERR_USAGE, "a project's file can only switch %s on", o->name);
	*(bool *)o->target = on;
	return 0;
}

/* ---- files ---- */

struct config_file {
	const char *path;
	const struct command *cmd; /* whose options are set */
	bool project;
};

static bool accepts(const struct option_spec *o, struct str value, bool project)
{
	return (!project || o->project) && (!o->values || is_one_of(value, o->values));
}

/* The first row of that name in any table; its target may be another command's. */
static const struct option_spec *find_anywhere(struct str name)
{
	for (size_t i = 0; commands[i]; i++) {
		const struct option_spec *o = command_option(commands[i], name);

		if (o)
			return o;
	}
	return NULL;
}

static bool is_accepted_anywhere(struct str name, struct str value, bool project)
{
	for (size_t i = 0; commands[i]; i++) {
		const struct option_spec *o = command_option(commands[i], name);

		if (o && accepts(o, value, project))
			return true;
	}
	return false;
}

static int unknown_name(struct str name, const struct command *section, struct err *err)
{
	struct nearest near = nearest_to(name);

	for (size_t i = 0; commands[i]; i++) {
		if (section && commands[i] != section)
			continue;
		if (!section && commands[i]->options[0].kind != OPTION_KIND_END)
			nearest_offer(&near, str_of(commands[i]->name));
		for (const struct option_spec *o = commands[i]->options; o->kind != OPTION_KIND_END;
		     o++)
			nearest_offer(&near, str_of(o->name));
	}
	if (near.name.n)
		return err_set(err, ERR_USAGE, "no option \"%.*s\"%s%s; did you mean %.*s?",
			       STR_FMT(name), section ? " of " : "", section ? section->name : "",
			       STR_FMT(near.name));
	return err_set(err, ERR_USAGE, "no option \"%.*s\"%s%s; see plimsoll help config",
		       STR_FMT(name), section ? " of " : "", section ? section->name : "");
}

/* A copy with a NUL behind it that lives until the process ends, as the options do. */
static int keep_text(struct str text, const char **ret, struct err *err)
{
	static struct arena kept = {.limit = LIMIT_CONFIG_BYTES * 4};
	struct str copy;

	if (str_find_char(text, '\0') < text.n)
		return err_set(err, ERR_USAGE, "a value holds a NUL");
	copy = arena_str(&kept, text);
	if (!copy.p)
		return err_nomem(err);
	*ret = copy.p;
	return 0;
}

static int take_value(const struct config_file *file, const struct option_spec *o,
		      const struct yaml_node *value, struct err *err)
{
	const char *text = NULL;
	int r;

	if (yaml_kind_of(value) != YAML_SCALAR)
		return err_set(err, ERR_USAGE, "%s takes one value", o->name);
	r = keep_text(yaml_str(value), &text, err);
	return r < 0 ? r : set_option(o, text, file->project, err);
}

/* A pair in the section of a command; another command's is only checked. */
static int take_own_pair(const struct config_file *file, const struct command *section,
			 struct str name, const struct yaml_node *value, struct err *err)
{
	const struct option_spec *o = command_option(section, name);

	if (!o)
		return unknown_name(name, section, err);
	if (section == file->cmd || !accepts(o, yaml_str(value), file->project))
		return take_value(file, o, value, err);
	return 0;
}

/* A pair at the top is for each command that can take it; one that none can take is an error. */
static int take_pair(const struct config_file *file, struct str name, const struct yaml_node *value,
		     struct err *err)
{
	const struct option_spec *own = command_option(file->cmd, name), *any = find_anywhere(name);

	if (!any)
		return unknown_name(name, NULL, err);
	if (own && accepts(own, yaml_str(value), file->project))
		return take_value(file, own, value, err);
	if (is_accepted_anywhere(name, yaml_str(value), file->project))
		return 0;
	return take_value(file, own ? own : any, value, err);
}

static int take_map(const struct config_file *file, const struct command *section,
		    const struct yaml_node *map, struct err *err)
{
	const struct yaml_node *key, *value;
	int r = 0;

	for (size_t i = 0; r == 0 && yaml_entry(map, i, &key, &value); i++) {
		if (!section && yaml_kind_of(value) == YAML_MAP && command_find(yaml_str(key)))
			continue;
		r = section ? take_own_pair(file, section, yaml_str(key), value, err)
			    : take_pair(file, yaml_str(key), value, err);
		if (r < 0)
			err_wrap(err, r, "%s:%zu", file->path, yaml_line(key));
	}
	return r;
}

/* The sections come behind the rest: they win. */
static int take_document(const struct config_file *file, const struct yaml_node *doc,
			 struct err *err)
{
	const struct yaml_node *key, *value;
	int r = take_map(file, NULL, doc, err);

	for (size_t i = 0; r == 0 && yaml_entry(doc, i, &key, &value); i++) {
		const struct command *section = command_find(yaml_str(key));

		if (str_is(yaml_str(key), "rules")) /* settings of rules: check/rule_set.h */
			continue;
		if (section && yaml_kind_of(value) == YAML_MAP)
			r = take_map(file, section, value, err);
	}
	return r;
}

/* The bytes; *ret_found is false when there is no such file. A FIFO must not make us wait. */
static int read_file(const char *path, struct strbuf *bytes, bool *ret_found, struct err *err)
{
	CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	*ret_found = fd >= 0;
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : err_errno(err, errno, "%s", path);
	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_USAGE, "%s: not a regular file", path);
	if (st.st_size > LIMIT_CONFIG_BYTES)
		return err_set(err, ERR_LIMIT, "%s: more than config_bytes (%d)", path,
			       (int)LIMIT_CONFIG_BYTES);
	return fd_read_all(fd, bytes, err);
}

static int apply_file(const struct config_file *file, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_CONFIG_BYTES);
	CLEANUP(yaml_file_freep) struct yaml_file *yaml = NULL;
	const struct yaml_node *doc;
	bool found;
	int r = file->path ? read_file(file->path, &bytes, &found, err) : 0;

	if (r < 0 || !file->path || !found)
		return r;
	r = yaml_parse(strbuf_str(&bytes), &yaml, err);
	if (r < 0)
		return err_wrap(err, r, "%s", file->path);
	doc = yaml_document(yaml, 0);
	if (!doc)
		return 0;
	if (yaml_kind_of(doc) != YAML_MAP)
		return err_set(err, ERR_USAGE, "%s:%zu: expected \"option: value\"", file->path,
			       yaml_line(doc));
	return take_document(file, doc, err);
}

/* ---- environment ---- */

static void add_variable(struct strbuf *out, const char *name)
{
	strbuf_adds(out, "PLIMSOLL_");
	for (struct str s = str_of(name); s.n; s = str_skip(s, 1)) {
		char c = s.p[0];

		strbuf_addc(out, c == '-' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
	}
}

/* As usual, an empty variable says nothing. */
static int apply_variables(const struct config_sources *from, const struct command *cmd,
			   struct err *err)
{
	int r = 0;

	for (const struct option_spec *o = cmd->options; r == 0 && o->kind != OPTION_KIND_END;
	     o++) {
		CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(VARIABLE_MAX);
		const char *value;

		add_variable(&name, o->name);
		value = from->variable(strbuf_cstr(&name));
		if (value && *value)
			r = set_option(o, value, false, err);
		if (r < 0)
			err_wrap(err, r, "%s", strbuf_cstr(&name));
	}
	return r;
}

int config_apply(const struct config_sources *from, const struct command *cmd, struct err *err)
{
	const struct config_file of_system = {from->system_file, cmd, false};
	const struct config_file of_project = {from->project_file, cmd, true};
	int r;

	if (cmd->options[0].kind == OPTION_KIND_END)
		return 0;
	r = apply_file(&of_system, err);
	if (r == 0)
		r = apply_file(&of_project, err);
	return r < 0 ? r : apply_variables(from, cmd, err);
}

/* ---- help ---- */

enum {
	NAME_WIDTH = 18,
	VARIABLE_WIDTH = 28,
	FILE_WIDTH = 5,
	USERS_COLUMN = 2 + NAME_WIDTH + VARIABLE_WIDTH + FILE_WIDTH,
};

static void add_cell(struct strbuf *out, const char *text, size_t width)
{
	size_t n = str_of(text).n;

	strbuf_adds(out, text);
	text_pad(out, n < width ? width - n : 1);
}

static void add_help_row(struct strbuf *out, const struct option_spec *o)
{
	CLEANUP(strbuf_done) struct strbuf variable = STRBUF_INIT(VARIABLE_MAX);
	CLEANUP(strbuf_done) struct strbuf users = STRBUF_INIT(HELP_MAX);
	bool project = false;

	add_variable(&variable, o->name);
	for (size_t i = 0; commands[i]; i++) {
		const struct option_spec *own = command_option(commands[i], str_of(o->name));

		if (!own)
			continue;
		strbuf_addf(&users, "%s%s", users.n ? " " : "", commands[i]->name);
		project |= own->project;
	}
	strbuf_adds(out, "  ");
	add_cell(out, o->name, NAME_WIDTH);
	add_cell(out, strbuf_cstr(&variable), VARIABLE_WIDTH);
	add_cell(out, project ? "yes" : "no", FILE_WIDTH);
	text_wrap(out, strbuf_str(&users), USERS_COLUMN, 80, false);
}

void config_help(struct strbuf *out)
{
	help_details(out, config_details);
	strbuf_adds(out, "\n  ");
	add_cell(out, "Option", NAME_WIDTH);
	add_cell(out, "Environment", VARIABLE_WIDTH);
	add_cell(out, "File", FILE_WIDTH);
	strbuf_adds(out, "Commands\n");
	for (size_t i = 0; commands[i]; i++)
		for (const struct option_spec *o = commands[i]->options; o->kind != OPTION_KIND_END;
		     o++)
			if (find_anywhere(str_of(o->name)) == o)
				add_help_row(out, o);
}
