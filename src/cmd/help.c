/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/help.h"

#include "base/cleanup.h"
#include "render/text.h"

#define WIDTH	   80
#define LEFT_MAX   28 /* columns of names; a longer one gets a line of its own */
#define LEFT_FIRST 2

const enum command_group help_groups[] = {COMMAND_IMAGE, COMMAND_TOOL, COMMAND_PROGRAM};
const size_t n_help_groups = ARRAY_LEN(help_groups);

const char *help_group_title(enum command_group group)
{
	switch (group) {
	case COMMAND_IMAGE:
		return "Look into an image";
	case COMMAND_TOOL:
		return "Tools for scripts";
	case COMMAND_PROGRAM:
		return "About plimsoll";
	case COMMAND_HIDDEN:
		return NULL;
	}
	return NULL;
}

/* "  name      text", the text wrapped in its own column. */
static void add_row(struct strbuf *out, struct str name, struct str text, size_t column)
{
	size_t used = LEFT_FIRST + name.n;

	text_pad(out, LEFT_FIRST);
	strbuf_add(out, name);
	if (used + 2 > column) {
		strbuf_addc(out, '\n');
		used = 0;
	}
	text_pad(out, column - used);
	text_wrap(out, text, column, WIDTH, true);
}

/* ---- options ---- */

static void add_option_name(struct strbuf *sb, const struct option_spec *o)
{
	if (o->letter)
		strbuf_addf(sb, "-%c, ", o->letter);
	else
		strbuf_adds(sb, "    ");
	strbuf_addf(sb, "--%s", o->name);
	if (o->value)
		strbuf_addf(sb, o->implied ? "[=%s]" : " %s", o->value);
}

static size_t option_width(const struct option_spec *o)
{
	size_t around = o->implied ? 3 : 1; /* "[=]", " " */

	return 4 + 2 + strlen(o->name) + (o->value ? around + strlen(o->value) : 0);
}

void help_option(struct strbuf *out, const struct option_spec *o)
{
	strbuf_adds(out, o->help);
	if (!o->values)
		return;
	strbuf_adds(out, ": ");
	for (struct str s = str_of(o->values); s.n; s = str_skip(s, 1)) {
		if (s.p[0] == ' ')
			strbuf_addc(out, ',');
		strbuf_addc(out, s.p[0]);
	}
}

static void add_option(struct strbuf *out, const struct option_spec *o, size_t column)
{
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(HELP_MAX);
	CLEANUP(strbuf_done) struct strbuf help = STRBUF_INIT(HELP_MAX);

	add_option_name(&name, o);
	help_option(&help, o);
	add_row(out, strbuf_str(&name), strbuf_str(&help), column);
}

static void add_options(struct strbuf *out, const struct command *cmd)
{
	size_t left = option_width(&command_help_option);

	for (const struct option_spec *o = cmd->options; o->kind != OPTION_KIND_END; o++)
		if (option_width(o) > left && option_width(o) <= LEFT_MAX)
			left = option_width(o);
	strbuf_adds(out, "\nOptions\n");
	for (const struct option_spec *o = cmd->options; o->kind != OPTION_KIND_END; o++)
		add_option(out, o, LEFT_FIRST + left + 2);
	add_option(out, &command_help_option, LEFT_FIRST + left + 2);
}

/* ---- texts ---- */

/* A summary as a sentence. */
static void add_sentence(struct strbuf *out, const char *summary)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(HELP_MAX);
	struct str s = str_of(summary);

	if (s.n && s.p[0] >= 'a' && s.p[0] <= 'z') {
		strbuf_addc(&sb, (char)(s.p[0] - 'a' + 'A'));
		s = str_skip(s, 1);
	}
	strbuf_add(&sb, s);
	strbuf_addc(&sb, '.');
	text_wrap(out, strbuf_str(&sb), 0, WIDTH, true);
}

void help_details(struct strbuf *out, const char *details)
{
	struct str rest = str_of(details), line;
	bool example = false;

	while (str_pull_line(&rest, &line)) {
		bool verbatim = line.n && line.p[0] == ' ';

		if (!(verbatim && example))
			strbuf_addc(out, '\n');
		if (verbatim) {
			strbuf_add(out, line);
			strbuf_addc(out, '\n');
		} else {
			text_wrap(out, line, 0, WIDTH, true);
		}
		example = verbatim;
	}
}

/* ---- pages ---- */

static void add_group(struct strbuf *out, enum command_group group)
{
	bool titled = false;

	for (size_t i = 0; commands[i]; i++) {
		CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(HELP_MAX);

		if (commands[i]->group != group)
			continue;
		if (!titled)
			strbuf_addf(out, "\n%s\n", help_group_title(group));
		titled = true;
		strbuf_adds(&name, commands[i]->name);
		add_row(out, strbuf_str(&name), str_of(commands[i]->summary), LEFT_FIRST + 10);
	}
}

void help_overview(struct strbuf *out)
{
	strbuf_addf(out, "plimsoll %s - %s\n\n", PLIMSOLL_VERSION, command_program.summary);
	strbuf_adds(out, "Usage: plimsoll COMMAND [OPTION...] [WORD...]\n");
	for (size_t i = 0; i < n_help_groups; i++)
		add_group(out, help_groups[i]);
	add_options(out, &command_program);
	strbuf_adds(out, "\nplimsoll COMMAND --help tells more about one command, and\n"
			 "plimsoll help config about settings in files and in the environment.\n");
}

void help_command(struct strbuf *out, const struct command *cmd)
{
	CLEANUP(strbuf_done) struct strbuf usage = STRBUF_INIT(HELP_MAX);

	strbuf_addf(&usage, "plimsoll %s", cmd->name);
	if (cmd->options[0].kind != OPTION_KIND_END)
		strbuf_adds(&usage, " [OPTION...]");
	if (cmd->arguments[0])
		strbuf_addf(&usage, " %s", cmd->arguments);
	strbuf_adds(out, "Usage: ");
	text_wrap(out, strbuf_str(&usage), 7, WIDTH, true);
	strbuf_addc(out, '\n');
	add_sentence(out, cmd->summary);
	if (cmd->details)
		help_details(out, cmd->details);
	add_options(out, cmd);
}

int help_print(const char *name)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(HELP_MAX);
	const struct command *cmd = name ? command_find(str_of(name)) : NULL;
	struct err err = {0};

	if (name && !cmd) {
		(void)command_unknown(str_of(name), &err); /* only makes the message */
		return command_error(&err);
	}
	if (cmd)
		help_command(&sb, cmd);
	else
		help_overview(&sb);
	return command_print(strbuf_str(&sb));
}
