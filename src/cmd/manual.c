/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/manual.h"

#include "base/cleanup.h"
#include "cmd/config.h"
#include "cmd/help.h"

/* All options of a command, --help last: *at starts at 0; NULL at the end. */
static const struct option_spec *next_option(const struct command *cmd, size_t *at)
{
	size_t i = (*at)++;

	for (size_t k = 0; k < i; k++)
		if (cmd->options[k].kind == OPTION_KIND_END)
			return NULL;
	return cmd->options[i].kind == OPTION_KIND_END ? &command_help_option : &cmd->options[i];
}

/* The commands that are shown: *at starts at 0; NULL at the end. */
static const struct command *next_command(size_t *at)
{
	while (commands[*at]) {
		const struct command *cmd = commands[(*at)++];

		if (cmd->group != COMMAND_HIDDEN)
			return cmd;
	}
	return NULL;
}

/*
 * The words that can stand behind a command, with a space before each, as its arguments name them:
 * "[show|clear]", "COMMAND|config". COMMAND is any command; other capitals are for the user to
 * fill.
 */
static void add_argument_words(struct strbuf *out, const struct command *cmd)
{
	struct str rest = str_of(cmd->arguments), words, word;

	if (!str_pull_word(&rest, &words) || str_find_char(words, '|') == words.n)
		return;
	words.n -= str_has_suffix(words, STR("]"));
	words = str_skip(words, str_has_prefix(words, STR("[")));
	while (str_pull_until(&words, '|', &word)) {
		const struct command *other;

		if (str_is(word, "COMMAND"))
			for (size_t at = 0; (other = next_command(&at));)
				strbuf_addf(out, " %s", other->name);
		else if (word.n && word.p[0] >= 'a' && word.p[0] <= 'z')
			strbuf_addf(out, " %.*s", STR_FMT(word));
	}
}

/* ---- man(7) ---- */

/* Text of a man page: no control lines, no escapes, minus signs that can be copied. */
static void add_roff(struct strbuf *out, struct str s)
{
	if (s.n && (s.p[0] == '.' || s.p[0] == '\''))
		strbuf_adds(out, "\\&");
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			strbuf_adds(out, "\\e");
		else if (s.p[i] == '-')
			strbuf_adds(out, "\\-");
		else
			strbuf_addc(out, s.p[i]);
	}
}

static void add_roff_line(struct strbuf *out, const char *text)
{
	add_roff(out, str_of(text));
	strbuf_addc(out, '\n');
}

static void add_man_options(struct strbuf *out, const struct command *cmd)
{
	const struct option_spec *o;

	strbuf_adds(out, ".SH OPTIONS\n");
	for (size_t at = 0; (o = next_option(cmd, &at));) {
		CLEANUP(strbuf_done) struct strbuf help = STRBUF_INIT(HELP_MAX);

		strbuf_adds(out, ".TP\n");
		if (o->letter)
			strbuf_addf(out, "\\fB\\-%c\\fR, ", o->letter);
		strbuf_adds(out, "\\fB\\-\\-");
		add_roff(out, str_of(o->name));
		strbuf_adds(out, "\\fR");
		if (o->value)
			strbuf_addf(out, o->implied ? "[=\\fI%s\\fR]" : " \\fI%s\\fR", o->value);
		strbuf_addc(out, '\n');
		help_option(&help, o);
		add_roff(out, strbuf_str(&help));
		strbuf_addc(out, '\n');
	}
}

static void add_man_details(struct strbuf *out, const char *details)
{
	struct str rest = str_of(details), line;
	bool example = false;

	while (str_pull_line(&rest, &line)) {
		bool verbatim = line.n && line.p[0] == ' ';

		if (verbatim && !example)
			strbuf_adds(out, ".PP\n.nf\n");
		else if (!verbatim)
			strbuf_adds(out, example ? ".fi\n.PP\n" : ".PP\n");
		add_roff(out, line);
		strbuf_addc(out, '\n');
		example = verbatim;
	}
	strbuf_adds(out, example ? ".fi\n" : "");
}

static void add_man_commands(struct strbuf *out)
{
	const struct command *cmd;

	strbuf_adds(out, ".SH COMMANDS\n");
	for (size_t g = 0; g < n_help_groups; g++) {
		strbuf_addf(out, ".SS %s\n", help_group_title(help_groups[g]));
		for (size_t at = 0; (cmd = next_command(&at));) {
			if (cmd->group != help_groups[g])
				continue;
			strbuf_addf(out, ".TP\n\\fB%s\\fR ", cmd->name);
			add_roff_line(out, cmd->arguments);
			add_roff_line(out, cmd->summary);
		}
	}
}

static void add_man_end(struct strbuf *out, const struct command *self)
{
	const struct command *cmd;

	strbuf_adds(out, ".SH EXIT STATUS\n"
			 ".TP\n0\ndone, and nothing that was asked to count as a failure\n"
			 ".TP\n1\nscan: findings at or above \\-\\-fail\\-on; purl, vers: a line "
			 "that could not be answered\n"
			 ".TP\n2\nwrong usage, or the work could not be done\n"
			 ".TP\n3\nscan, sbom: done, but something was not assessed, and "
			 "\\-\\-require\\-complete was given\n"
			 ".SH SEE ALSO\n");
	if (self)
		strbuf_adds(out, "\\fBplimsoll\\fR(1)");
	for (size_t at = 0; (cmd = next_command(&at));)
		if (cmd != self)
			strbuf_addf(out, "%s\\fBplimsoll\\-%s\\fR(1)", self || at > 1 ? ",\n" : "",
				    cmd->name);
	strbuf_addc(out, '\n');
}

static void add_man_configuration(struct strbuf *out)
{
	strbuf_adds(out, ".SH CONFIGURATION\n");
	add_man_details(out, config_details);
	strbuf_adds(out, ".SH ENVIRONMENT\n"
			 ".TP\nPLIMSOLL_\\fINAME\\fR\nthe option of that name, unless it is given\n"
			 ".TP\nNO_COLOR\nno colour, whatever it holds\n"
			 ".TP\nSOURCE_DATE_EPOCH\nthe time that documents carry, in seconds\n"
			 ".TP\nXDG_CACHE_HOME, XDG_DATA_HOME\nabove the cache and the database, "
			 "else ~/.cache and ~/.local/share\n"
			 ".TP\nDOCKER_HOST, CONTAINER_HOST\nsockets of Docker and Podman\n"
			 ".TP\nHTTPS_PROXY, HTTP_PROXY, NO_PROXY\nproxies, as curl reads them\n"
			 ".TP\nPLIMSOLL_DEBUG\ntraces on stderr, whatever it holds\n"
			 ".SH FILES\n"
			 ".TP\n\\&.plimsoll.yaml\noptions of a project, in the working directory\n"
			 ".TP\n/etc/plimsoll/config.yaml\noptions of the machine\n");
}

void manual_man(struct strbuf *out, const struct command *cmd)
{
	const struct command *page = cmd ? cmd : &command_program;

	strbuf_addf(out, ".TH \"PLIMSOLL%s", cmd ? "-" : "");
	for (struct str s = str_of(page->name); s.n; s = str_skip(s, 1))
		strbuf_addc(out,
			    (char)(s.p[0] >= 'a' && s.p[0] <= 'z' ? s.p[0] - 'a' + 'A' : s.p[0]));
	strbuf_addf(out, "\" 1 \"\" \"plimsoll %s\" \"User Commands\"\n", PLIMSOLL_VERSION);
	strbuf_addf(out, ".SH NAME\nplimsoll%s%s \\- ", cmd ? "\\-" : "", page->name);
	add_roff_line(out, page->summary);
	strbuf_addf(out, ".SH SYNOPSIS\n\\fBplimsoll%s%s\\fR [\\fIOPTION\\fR...] ", cmd ? " " : "",
		    page->name);
	add_roff_line(out, page->arguments);
	strbuf_adds(out, ".SH DESCRIPTION\n");
	if (page->details)
		add_man_details(out, page->details);
	else
		add_roff_line(out, page->summary);
	if (!cmd)
		add_man_commands(out);
	add_man_options(out, page);
	if (!cmd)
		add_man_configuration(out);
	add_man_end(out, cmd);
}

/* ---- bash ---- */

/* All the words an option may be written as, each with a space behind it. */
static void add_option_words(struct strbuf *out, const struct command *cmd)
{
	const struct option_spec *o;

	for (size_t at = 0; (o = next_option(cmd, &at));) {
		if (o->letter)
			strbuf_addf(out, "-%c ", o->letter);
		strbuf_addf(out, "--%s ", o->name);
	}
}

static void add_bash_values(struct strbuf *out, const struct command *cmd)
{
	const struct option_spec *o;

	strbuf_adds(out, "\t\tcase $prev in\n");
	for (size_t at = 0; (o = next_option(cmd, &at));) {
		if (o->kind == OPTION_KIND_FLAG || o->implied) /* the next word is no value */
			continue;
		strbuf_adds(out, "\t\t");
		if (o->letter)
			strbuf_addf(out, "-%c | ", o->letter);
		strbuf_addf(out, "--%s)\n", o->name);
		if (o->values)
			strbuf_addf(out, "\t\t\tCOMPREPLY=($(compgen -W '%s' -- \"$cur\"))\n",
				    o->values);
		strbuf_adds(out, "\t\t\treturn\n\t\t\t;;\n");
	}
	strbuf_adds(out, "\t\tesac\n");
}

static void add_bash_words(struct strbuf *out, const struct command *cmd)
{
	CLEANUP(strbuf_done) struct strbuf words = STRBUF_INIT(HELP_MAX);

	strbuf_adds(out, "\t\t[[ $cur == -* ]] && COMPREPLY=($(compgen -W '");
	add_option_words(out, cmd);
	strbuf_adds(out, "' -- \"$cur\"))\n");
	add_argument_words(&words, cmd);
	if (words.n)
		strbuf_addf(out,
			    "\t\t[[ $cur != -* && $COMP_CWORD == 2 ]] && "
			    "COMPREPLY=($(compgen -W '%.*s' -- \"$cur\"))\n",
			    STR_FMT(strbuf_str(&words)));
	strbuf_adds(out, "\t\t;;\n");
}

void manual_bash(struct strbuf *out)
{
	const struct command *cmd;

	strbuf_adds(out,
		    "# bash completion of plimsoll, written by \"plimsoll docs bash\"\n"
		    "_plimsoll() {\n"
		    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
		    "\tCOMPREPLY=()\n"
		    "\tif ((COMP_CWORD == 1)); then\n"
		    "\t\tCOMPREPLY=($(compgen -W '");
	for (size_t at = 0; (cmd = next_command(&at));)
		strbuf_addf(out, "%s ", cmd->name);
	add_option_words(out, &command_program);
	strbuf_adds(out, "' -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in\n");
	for (size_t at = 0; (cmd = next_command(&at));) {
		strbuf_addf(out, "\t%s)\n", cmd->name);
		add_bash_values(out, cmd);
		add_bash_words(out, cmd);
	}
	strbuf_adds(out, "\tesac\n}\ncomplete -o default -F _plimsoll plimsoll\n");
}

/* ---- zsh ---- */

/* Inside single quotes; the characters that _arguments and _describe take for their own. */
static void add_zsh(struct strbuf *out, const char *text)
{
	for (struct str s = str_of(text); s.n; s = str_skip(s, 1)) {
		if (s.p[0] == '\'')
			strbuf_adds(out, "'\\'");
		else if (s.p[0] == '[' || s.p[0] == ']' || s.p[0] == ':' || s.p[0] == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, s.p[0]);
	}
}

static void add_zsh_options(struct strbuf *out, const struct command *cmd)
{
	const struct option_spec *o;

	strbuf_adds(out, "\t\t_arguments");
	for (size_t at = 0; (o = next_option(cmd, &at));) {
		strbuf_adds(out, " \\\n\t\t\t");
		if (o->letter)
			strbuf_addf(out, "'(-%c --%s)'{-%c,--%s}'[", o->letter, o->name, o->letter,
				    o->name);
		else
			strbuf_addf(out, "'--%s%s[", o->name, o->implied ? "=-" : "");
		add_zsh(out, o->help);
		strbuf_addc(out, ']');
		if (o->value) {
			strbuf_adds(out, o->implied ? "::" : ":");
			add_zsh(out, o->value);
			strbuf_addf(out, ":%s%s%s", o->values ? "(" : "_files",
				    o->values ? o->values : "", o->values ? ")" : "");
		}
		strbuf_addc(out, '\'');
	}
}

static void add_zsh_words(struct strbuf *out, const struct command *cmd)
{
	CLEANUP(strbuf_done) struct strbuf words = STRBUF_INIT(HELP_MAX);

	add_argument_words(&words, cmd);
	if (words.n)
		strbuf_addf(out, " \\\n\t\t\t'1:word:(%.*s)'", STR_FMT(strbuf_str(&words)));
}

void manual_zsh(struct strbuf *out)
{
	const struct command *cmd;

	strbuf_adds(out, "#compdef plimsoll\n"
			 "# zsh completion of plimsoll, written by \"plimsoll docs zsh\"\n"
			 "_plimsoll() {\n\tlocal -a names\n\tnames=(\n");
	for (size_t at = 0; (cmd = next_command(&at));) {
		strbuf_addf(out, "\t\t'%s:", cmd->name);
		add_zsh(out, cmd->summary);
		strbuf_adds(out, "'\n");
	}
	strbuf_adds(out, "\t)\n\tif ((CURRENT == 2)); then\n"
			 "\t\t_describe command names\n");
	add_zsh_options(out, &command_program);
	strbuf_adds(out, "\n\t\treturn\n\tfi\n"
			 "\tlocal name=$words[2]\n\tshift words\n\t((CURRENT--))\n"
			 "\tcase $name in\n");
	for (size_t at = 0; (cmd = next_command(&at));) {
		strbuf_addf(out, "\t%s)\n", cmd->name);
		add_zsh_options(out, cmd);
		add_zsh_words(out, cmd);
		strbuf_adds(out, " \\\n\t\t\t'*:file:_files'\n\t\t;;\n");
	}
	strbuf_adds(out, "\tesac\n}\n_plimsoll \"$@\"\n");
}

/* ---- fish ---- */

/* Inside single quotes. */
static void add_fish(struct strbuf *out, const char *text)
{
	for (struct str s = str_of(text); s.n; s = str_skip(s, 1)) {
		if (s.p[0] == '\'' || s.p[0] == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, s.p[0]);
	}
}

static void add_fish_options(struct strbuf *out, const struct command *cmd)
{
	const struct option_spec *o;

	for (size_t at = 0; (o = next_option(cmd, &at));) {
		strbuf_adds(out, "complete -c plimsoll -n '");
		if (cmd->name[0])
			strbuf_addf(out, "__fish_seen_subcommand_from %s'", cmd->name);
		else
			strbuf_adds(out, "__fish_use_subcommand'");
		if (o->letter)
			strbuf_addf(out, " -s %c", o->letter);
		strbuf_addf(out, " -l %s", o->name);
		if (o->implied)
			; /* fish knows no value that may be left out */
		else if (o->values)
			strbuf_addf(out, " -x -a '%s'", o->values);
		else if (o->value)
			strbuf_adds(out, " -r");
		strbuf_adds(out, " -d '");
		add_fish(out, o->help);
		strbuf_adds(out, "'\n");
	}
}

/* Only as the word right behind the command. */
static void add_fish_words(struct strbuf *out, const struct command *cmd)
{
	CLEANUP(strbuf_done) struct strbuf words = STRBUF_INIT(HELP_MAX);

	add_argument_words(&words, cmd);
	if (words.n)
		strbuf_addf(out,
			    "complete -c plimsoll -n '__fish_seen_subcommand_from %s; and "
			    "test (count (commandline -opc)) -eq 2' -f -a '%.*s'\n",
			    cmd->name, STR_FMT(strbuf_str(&words)));
}

void manual_fish(struct strbuf *out)
{
	const struct command *cmd;

	strbuf_adds(out, "# fish completion of plimsoll, written by \"plimsoll docs fish\"\n");
	for (size_t at = 0; (cmd = next_command(&at));) {
		strbuf_addf(out, "complete -c plimsoll -n __fish_use_subcommand -f -a %s -d '",
			    cmd->name);
		add_fish(out, cmd->summary);
		strbuf_adds(out, "'\n");
	}
	add_fish_options(out, &command_program);
	for (size_t at = 0; (cmd = next_command(&at));) {
		add_fish_words(out, cmd);
		add_fish_options(out, cmd);
	}
}
