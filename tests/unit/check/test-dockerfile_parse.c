/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "check/dockerfile.h"
#include "check/dockerfile_dump.h"

struct fixture {
	struct arena arena;
	const struct dockerfile *df;
};

static struct fixture parse(struct str text)
{
	struct fixture f;
	struct err err = {0};

	arena_init(&f.arena, LIMIT_ARENA_BYTES);
	if (dockerfile_parse(text, &f.arena, &f.df, &err) < 0)
		fail_msg("%s", err.msg);
	return f;
}

static void done(struct fixture *f)
{
	arena_done(&f->arena);
}

static const struct {
	const char *in, *want;
} trees[] = {
	/* lines */
	{"FROM a\nRUN x\n", "(from \"a\")\n(run \"x\")\n"},
	{"from a\nRuN x", "(from \"a\")\n(run \"x\")\n"},
	{"  RUN\tx  y \n", "(run \"x  y\")\n"},
	{"RUN a \\\n  b\\\nc\n", "(run \"a   bc\")\n"},
	{"RUN a \\ \t\n b\n", "(run \"a  b\")\n"},
	{"RUN a \\\\\nRUN b", "(run \"a \\\\\\\\\")\n(run \"b\")\n"},
	{"RUN a \\\n# why\n  # more\n\n b\n", "(run \"a  b\")\n"},
	{"RUN a # no comment\n", "(run \"a # no comment\")\n"},
	{"\\\nRUN a", "(run \"a\")\n"},
	{"RUN a \\", "(run \"a\")\n"},
	{"FROM a\r\nRUN b \\\r\n c\r\n", "(from \"a\")\n(run \"b  c\")\n"},
	{"\xef\xbb\xbf"
	 "FROM a\n",
	 "(from \"a\")\n"},
	{"\u3000RUN x\u3000\n", "(run \"x\")\n"}, /* white space is that of Unicode */
	/* directives */
	{"# escape=`\nRUN a `\n b\nRUN c\\\nRUN d",
	 "(run \"a  b\")\n(run \"c\\\\\")\n(run \"d\")\n"},
	{"# syntax=x\n# Escape = `\nRUN a `\n b", "(run \"a  b\")\n"},
	{"# hello\n# escape=`\nRUN a `\n", "(run \"a `\")\n"},
	{"\n# escape=`\nRUN a `\n", "(run \"a `\")\n"},
	{"#!/bin/x\n# escape=`\nRUN a `\n", "(run \"a `\")\n"},
	{"# unknown=x\n# escape=`\nRUN a `\n", "(run \"a `\")\n"},
	/* flags */
	{"RUN --network=none --mount=type=bind x",
	 "(run [\"--network=none\" \"--mount=type=bind\"] \"x\")\n"},
	{"COPY --from=\"a b\" --chown=a\\ b x y",
	 "(copy [\"--from=a b\" \"--chown=a b\"] \"x\" \"y\")\n"},
	{"RUN -- --x", "(run \"--x\")\n"},
	{"RUN --x -- --y", "(run [\"--x\"] \"--y\")\n"},
	{"RUN --x", "(run [\"--x\"])\n"},
	{"RUN -x", "(run \"-x\")\n"},
	{"RUN x --y", "(run \"x --y\")\n"},
	/* the JSON form */
	{"CMD []", "(cmd)\n"},
	{"CMD [\"a\", \"b c\"]", "(cmd \"a\" \"b c\")\n"},
	{"CMD [\"\\u00e4\\n\\\"\\/\\ud83d\\ude00\\ud800\"]",
	 "(cmd \"\u00e4\\n\\\"/\U0001f600\ufffd\")\n"},
	{"CMD ['a']", "(cmd \"['a']\")\n"},
	{"CMD [\"a\",]", "(cmd \"[\\\"a\\\",]\")\n"},
	{"CMD [\"a\"] b", "(cmd \"[\\\"a\\\"] b\")\n"},
	{"CMD [\"a\tb\"]", "(cmd \"[\\\"a\\tb\\\"]\")\n"},
	{"CMD [01]", "(cmd \"[01]\")\n"},
	{"RUN [ -f x ] && y", "(run \"[ -f x ] && y\")\n"},
	{"COPY [\"a b\",\"c\"]", "(copy \"a b\" \"c\")\n"},
	{"COPY [a, b]", "(copy \"[a,\" \"b]\")\n"},
	{"RUN [\"a\", \\\n  \"b\"]", "(run \"a\" \"b\")\n"},
	/* names and values */
	{"ENV a=b c=\"d e\" f=g\\ h i=", "(env \"a\" \"b\" \"=\" \"c\" \"\\\"d e\\\"\" \"=\" \"f\" "
					 "\"g\\\\ h\" \"=\" \"i\" \"\" \"=\")\n"},
	{"ENV a b=c  d", "(env \"a\" \"b=c  d\" \"\")\n"},
	{"ENV a 'b", "(env \"a\" \"'b\" \"\")\n"},
	{"LABEL a.b=c \\\n  d='e f'", "(label \"a.b\" \"c\" \"=\" \"d\" \"'e f'\" \"=\")\n"},
	{"ENV a='\\' b=\"\\\"\"",
	 "(env \"a\" \"'\\\\'\" \"=\" \"b\" \"\\\"\\\\\\\"\\\"\" \"=\")\n"},
	{"LABEL \"a b\"=c", "(label \"\\\"a b\\\"\" \"c\" \"=\")\n"},
	{"ARG a b=c d=\"e f\"", "(arg \"a\" \"b=c\" \"d=\\\"e f\\\"\")\n"},
	{"ARG a=b\\", "(arg \"a=b\")\n"},
	/* the others */
	{"EXPOSE 80 443/tcp\t53/udp", "(expose \"80\" \"443/tcp\" \"53/udp\")\n"},
	{"USER a b", "(user \"a b\")\n"},
	{"HEALTHCHECK --retries=3 CMD  a b", "(healthcheck [\"--retries=3\"] \"CMD\" \"a b\")\n"},
	{"HEALTHCHECK CMD [\"a\"]", "(healthcheck \"CMD\" \"a\")\n"},
	{"HEALTHCHECK NONE", "(healthcheck \"NONE\")\n"},
	{"ONBUILD ENV a b", "(onbuild (env \"a\" \"b\" \"\"))\n"},
	{"ONBUILD COPY --from=x a b", "(onbuild (copy [\"--from=x\"] \"a\" \"b\"))\n"},
	{"ONBUILD", "(onbuild)\n"},
	{"WHAT is this", "(what \"\")\n"},
	/* heredocs */
	{"RUN <<EOF\na\nEOF\nRUN b", "(run \"<<EOF\")\n(run \"b\")\n"},
	{"COPY <<a <<-\"b\" /x/\n1\na\n2\n\tb\nRUN c",
	 "(copy \"<<a\" \"<<-\\\"b\\\"\" \"/x/\")\n(run \"c\")\n"},
	{"RUN 3<< EOF cat\nFROM x\nEOF\n", "(run \"3<< EOF cat\")\n"},
	{"ONBUILD RUN <<EOF\na\nEOF\nUSER b", "(onbuild (run \"<<EOF\"))\n(user \"b\")\n"},
	{"RUN a<<EOF\nUSER b", "(run \"a<<EOF\")\n(user \"b\")\n"},
	{"RUN a <<<EOF\nUSER b", "(run \"a <<<EOF\")\n(user \"b\")\n"},
	{"RUN \"a <<EOF\nUSER b", "(run \"\\\"a <<EOF\")\n(user \"b\")\n"},
	{"RUN [\"<<EOF\"]\nUSER b", "(run \"<<EOF\")\n(user \"b\")\n"},
	{"CMD <<EOF\nUSER b", "(cmd \"<<EOF\")\n(user \"b\")\n"},
};

TEST(the_tree_is_buildkits)
{
	for (size_t i = 0; i < ARRAY_LEN(trees); i++) {
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(10000);
		struct fixture f = parse(str_of(trees[i].in));

		dockerfile_dump(f.df, &got);
		if (!str_is(strbuf_str(&got), trees[i].want))
			fail_msg("%s\ngot\n%.*swant\n%s", trees[i].in, STR_FMT(strbuf_str(&got)),
				 trees[i].want);
		done(&f);
	}
}

static const struct {
	const char *in;
	enum dockerfile_level level;
	uint32_t line, column; /* 0: of the whole file */
	const char *message;
} problems[] = {
	{"", DOCKERFILE_SYNTAX, 0, 1, "no instruction in the file"},
	{"# a\n\n", DOCKERFILE_SYNTAX, 0, 1, "no instruction in the file"},
	{"ARG a\n", DOCKERFILE_BUILD, 0, 1, "no FROM"},
	{"# escape=x\nFROM a", DOCKERFILE_SYNTAX, 1, 10, "escape: \"x\" is neither"},
	{"# syntax=a\n# syntax=b\nFROM a", DOCKERFILE_SYNTAX, 2, 10, "syntax is given twice"},
	{"USER a\nFROM a", DOCKERFILE_USAGE, 1, 1, "USER: only ARG may stand before"},
	{"FROM a\nFOO b", DOCKERFILE_USAGE, 2, 1, "there is no instruction \"FOO\""},
	{"FROM a\nentrypint b", DOCKERFILE_USAGE, 2, 1,
	 "there is no instruction \"entrypint\"; did you mean ENTRYPOINT?"},
	{"FROM a b", DOCKERFILE_USAGE, 1, 1, "FROM: expected IMAGE or IMAGE AS NAME"},
	{"FROM a to b", DOCKERFILE_USAGE, 1, 1, "FROM: expected"},
	{"FROM a AS 1x", DOCKERFILE_USAGE, 1, 11, "\"1x\" is no name of a stage"},
	{"FROM --what=x a", DOCKERFILE_USAGE, 1, 6, "FROM: there is no flag --what"},
	{"FROM a\nENV", DOCKERFILE_USAGE, 2, 1, "ENV: needs at least one name=value"},
	{"FROM a\nENV x", DOCKERFILE_SYNTAX, 2, 5, "ENV: expected a value for x"},
	{"FROM a\nENV x=1 \\\n  y", DOCKERFILE_SYNTAX, 3, 3, "ENV: expected name=value, got \"y\""},
	{"FROM a\nENV a=b =c", DOCKERFILE_USAGE, 2, 9, "ENV: a name is missing"},
	{"FROM a\nARG", DOCKERFILE_USAGE, 2, 1, "ARG: needs at least one name"},
	{"FROM a\nRUN [\"x\", 1]", DOCKERFILE_SYNTAX, 2, 5, "RUN: the elements of the array"},
	{"FROM a\nCMD [\"x\", [\"y\"]]", DOCKERFILE_SYNTAX, 2, 5, "must be strings"},
	{"FROM a\nCOPY x", DOCKERFILE_USAGE, 2, 1, "COPY: needs at least a source and"},
	{"FROM a\nCOPY --link=x a b", DOCKERFILE_USAGE, 2, 13, "--link is true or false"},
	{"FROM a\nCOPY --from a b", DOCKERFILE_USAGE, 2, 6, "--from needs a value"},
	{"FROM a\nADD --chown=a --chown=b a b", DOCKERFILE_USAGE, 2, 5, "--chown is given twice"},
	{"FROM a\nCOPY a <<E\nE\n", DOCKERFILE_USAGE, 2, 8, "a heredoc cannot be the destination"},
	{"FROM a\nRUN <<E\nx\n", DOCKERFILE_SYNTAX, 2, 5, "the heredoc has no end: a line \"E\""},
	{"FROM a\nRUN --network=x y", DOCKERFILE_USAGE, 2, 15, "\"x\" is no value of --network"},
	{"FROM a\nRUN --security=x y", DOCKERFILE_USAGE, 2, 16, "is no value of --security"},
	{"FROM a\nRUN --mount=type=x y", DOCKERFILE_BUILD, 2, 13,
	 "RUN: --mount: there is no type x"},
	{"FROM a\nRUN --mount=from=$a y", DOCKERFILE_USAGE, 2, 13, "from takes no variable"},
	{"FROM a\nRUN --mount=target y", DOCKERFILE_BUILD, 2, 13, "target needs a value"},
	{"FROM a\nRUN --mount=type=cache,foo=1 y", DOCKERFILE_BUILD, 2, 24, "no option foo"},
	{"FROM a\nRUN --mount=uid=1 y", DOCKERFILE_BUILD, 2, 13, "uid is not for this type"},
	{"FROM a\nRUN --mount=type=secret y", DOCKERFILE_BUILD, 2, 13, "a secret needs an id"},
	{"FROM a\nRUN --mount=ro=x y", DOCKERFILE_BUILD, 2, 13, "\"x\" is no value of readonly"},
	{"FROM a\nRUN --mount= y", DOCKERFILE_BUILD, 2, 13, "nothing is said of the mount"},
	{"FROM a\nEXPOSE 80 http", DOCKERFILE_BUILD, 2, 11, "EXPOSE: \"http\" is no port"},
	{"FROM a\nEXPOSE 80/icmp", DOCKERFILE_BUILD, 2, 8, "\"80/icmp\" is no port"},
	{"FROM a\nEXPOSE 65536", DOCKERFILE_BUILD, 2, 8, "\"65536\" is no port"},
	{"FROM a\nEXPOSE 9-8", DOCKERFILE_BUILD, 2, 8, "\"9-8\" is no port"},
	{"FROM a\nSHELL sh", DOCKERFILE_USAGE, 2, 7, "SHELL: expected a JSON array"},
	{"FROM a\nSHELL []", DOCKERFILE_USAGE, 2, 1, "SHELL: needs at least one argument"},
	{"FROM a\nWORKDIR", DOCKERFILE_USAGE, 2, 1, "WORKDIR: needs an argument"},
	{"FROM a\nVOLUME [\" \"]", DOCKERFILE_USAGE, 2, 9, "VOLUME: a path is empty"},
	{"FROM a\nHEALTHCHECK", DOCKERFILE_USAGE, 2, 1, "HEALTHCHECK: needs at least one"},
	{"FROM a\nHEALTHCHECK RUN x", DOCKERFILE_USAGE, 2, 13, "expected CMD or NONE"},
	{"FROM a\nHEALTHCHECK CMD", DOCKERFILE_USAGE, 2, 13, "a command is missing behind CMD"},
	{"FROM a\nHEALTHCHECK NONE x", DOCKERFILE_USAGE, 2, 18, "nothing may stand behind NONE"},
	{"FROM a\nHEALTHCHECK --timeout=1 CMD x", DOCKERFILE_USAGE, 2, 23, "\"1\" is no duration"},
	{"FROM a\nHEALTHCHECK --timeout=1us CMD x", DOCKERFILE_USAGE, 2, 23, "than a millisecond"},
	{"FROM a\nHEALTHCHECK --retries=-1 CMD x", DOCKERFILE_USAGE, 2, 23, "no number of tries"},
	{"FROM a\nONBUILD", DOCKERFILE_USAGE, 2, 1, "ONBUILD: needs an instruction"},
	{"FROM a\nONBUILD ONBUILD USER x", DOCKERFILE_USAGE, 2, 9, "ONBUILD cannot be a trigger"},
	{"FROM a\nONBUILD FROM x", DOCKERFILE_USAGE, 2, 9, "FROM cannot be a trigger"},
	{"FROM a\nONBUILD COPY x", DOCKERFILE_USAGE, 2, 9, "COPY: needs at least a source"},
};

TEST(what_a_build_refuses_is_told_with_its_place)
{
	for (size_t i = 0; i < ARRAY_LEN(problems); i++) {
		struct fixture f = parse(str_of(problems[i].in));
		const struct dockerfile_problem *p = f.df->problems;

		if (f.df->n_problems != 1)
			fail_msg("%s: %zu problems", problems[i].in, f.df->n_problems);
		assert_has(p->message.p, problems[i].message);
		if (p->level != problems[i].level || p->line != problems[i].line ||
		    dockerfile_place(f.df, p->span.at).column != problems[i].column)
			fail_msg("%s: level %d, line %u, column %u", problems[i].in, p->level,
				 p->line, dockerfile_place(f.df, p->span.at).column);
		done(&f);
	}
}

TEST(a_problem_says_what_it_is_about)
{
	static const struct {
		const char *in;
		enum dockerfile_fault fault;
	} rows[] = {
		{"FROM a\nSHELL []", DOCKERFILE_FAULT_ARGUMENTS},
		{"FROM a\nRUN <<A\nx", DOCKERFILE_FAULT_ARGUMENTS},
		{"FROM a\nRUM x", DOCKERFILE_FAULT_KEYWORD},
		{"FROM a\nONBUILD RUM x", DOCKERFILE_FAULT_KEYWORD},
		{"FROM a\nONBUILD FROM x", DOCKERFILE_FAULT_TRIGGER},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture f = parse(str_of(rows[i].in));

		assert_int_equal(f.df->n_problems, 1);
		assert_int_equal(f.df->problems[0].fault, rows[i].fault);
		done(&f);
	}
}

static const char *const accepted[] = {
	"FROM a\nHEALTHCHECK --interval=1m30.5s --timeout=0 --start-period= --retries=+3 CMD x",
	"FROM a\nHEALTHCHECK --what=x NONE", /* its flags are not looked at */
	"FROM a\nSTOPSIGNAL --what=x SIGTERM\nARG --what=x a",
	"FROM a\nRUN --mount=type=cache,target=/x,sharing=LOCKED,mode=0755,uid=0 y",
	"FROM a\nRUN --mount=type=$T,size=1 --mount=type=tmpfs,size=1.5GiB,target=/x y",
	"FROM a\nRUN --mount=type=secret,id=x,required --mount=type=ssh,required=true y",
	"FROM a\nRUN --mount=dst=/x,rw --mount=target=/y,src=z,ro=1 y",
	"FROM a\nRUN --mount=type=secret,id=x,env=TOKEN --device=vendor/x y",
	"FROM a\nADD --keep-git-dir --checksum=x --unpack=false --exclude=a --exclude=b a b",
	"FROM a\nCOPY --parents --link=TRUE --chmod=755 a b",
	"FROM --platform=$BUILDPLATFORM a as B-1.x_y\nRUN --network=host --security=insecure x",
	"FROM a\nRUN\nCMD\nENTRYPOINT\nONBUILD RUN",
	"FROM a\nEXPOSE 80 1-2/UDP 53/ 127.0.0.1:80:80/tcp $p '80' [::1]:1:2",
	"ARG a\nFROM a\nONBUILD RUN <<E\nE\n",
};

TEST(what_buildkit_takes_is_no_problem)
{
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
		struct fixture f = parse(str_of(accepted[i]));

		if (f.df->n_problems)
			fail_msg("%s: %.*s", accepted[i], STR_FMT(f.df->problems[0].message));
		done(&f);
	}
}

TEST(a_broken_line_does_not_hide_the_rest)
{
	struct fixture f =
		parse(STR("FROM a\nENV x\nFOO\nRUN <<E\nx\nCOPY a b\nUSER [\nRUN [1]\n"));
	static const char *const names[] = {"FROM", "ENV", "FOO", "RUN", "COPY", "USER", "RUN"};

	assert_int_equal(f.df->n_instructions, ARRAY_LEN(names));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_str(f.df->instructions[i].name.text, names[i]);
	assert_int_equal(f.df->n_problems, 4);
	assert_true(f.df->instructions[1].broken);
	assert_false(f.df->instructions[4].broken);
	assert_true(f.df->instructions[3].heredocs[0].unterminated);
	assert_str(f.df->instructions[3].heredocs[0].body.text, "x\n");
	assert_ptr_equal(f.df->problems[1].instruction, &f.df->instructions[2]);
	done(&f);
}

static struct str at(const struct fixture *f, struct dockerfile_span s)
{
	return str_sub(f->df->source, s.at, s.end - s.at);
}

TEST(every_part_knows_where_it_stands)
{
	struct fixture f = parse(STR("FROM --platform=\"linux/x\" img AS \\\n # c\n  Name\n"
				     "ENV K=\"a b\"  L=c\\\nd\n"
				     "RUN --mount=type=cache,target=/x [\"p\", \"\\u0041\"]\n"));
	const struct instruction *in = f.df->instructions;

	assert_str(at(&f, in[0].name.span), "FROM");
	assert_str(at(&f, in[0].flags[0].word.span), "--platform=\"linux/x\"");
	assert_str(at(&f, in[0].flags[0].value_span), "\"linux/x\"");
	assert_str(in[0].flags[0].value, "linux/x");
	assert_str(at(&f, f.df->stages[0].image.span), "img");
	assert_str(at(&f, f.df->stages[0].name.span), "Name");
	assert_str(f.df->stages[0].id, "name");
	assert_int_equal(in[0].line, 1);
	assert_int_equal(in[0].last_line, 3);
	assert_str(at(&f, in[1].pairs[0].value.span), "\"a b\"");
	assert_str(at(&f, in[1].pairs[1].key.span), "L");
	assert_int_equal(in[1].n_pairs, 2);
	assert_str(at(&f, in[1].args[1].span), "L=c\\\nd");
	assert_str(at(&f, in[2].mounts[0].options[1].span), "target=/x");
	assert_str(at(&f, in[2].mounts[0].options[1].value.span), "/x");
	assert_str(at(&f, in[2].args[1].span), "\"\\u0041\"");
	assert_str(in[2].args[1].text, "A");
	done(&f);
}

TEST(a_word_over_two_lines_spans_both)
{
	struct fixture f = parse(STR("FROM a\nCOPY long\\\n# c\nname b\nRUN a &&\\\n  b\n"));
	const struct instruction *in = f.df->instructions;
	struct text_map map;

	assert_str(in[1].args[0].text, "longname");
	assert_str(at(&f, in[1].args[0].span), "long\\\n# c\nname");
	assert_str(in[2].args[0].text, "a &&  b");
	assert_str(at(&f, instruction_span(&in[2], str_skip(in[2].args[0].text, 6))), "b");
	map = instruction_map(&in[2], str_skip(in[2].args[0].text, 2), &f.arena);
	assert_str(str_sub(f.df->source, text_map_origin(&map, 4), 1), "b");
	assert_int_equal(dockerfile_place(f.df, in[1].args[1].span.at).line, 4);
	assert_int_equal(dockerfile_place(f.df, in[1].args[1].span.at).column, 6);
	done(&f);
}

TEST(comments_and_directives_are_kept)
{
	struct fixture f =
		parse(STR("# syntax=a/b:1 x\n# check=skip=all\n# one\n\n#  two \nFROM a\n"
			  "# lost\n#\n  # why\nRUN a \\\n # inside\n\n b\nUSER c"));
	const struct instruction *in = f.df->instructions;

	assert_int_equal(f.df->n_directives, 2);
	assert_str(f.df->directives[0].name, "syntax");
	assert_str(f.df->directives[0].value.text, "a/b:1 x");
	assert_str(f.df->directives[1].value.text, "skip=all");
	assert_int_equal(in[0].n_comments, 2);
	assert_str(in[0].comments[0].text, "one");
	assert_str(in[0].comments[1].text, "two");
	assert_int_equal(in[1].n_comments, 1);
	assert_str(in[1].comments[0].text, "why");
	assert_int_equal(in[1].comments[0].line, 9);
	assert_true(in[1].has_empty_continuation);
	assert_int_equal(in[2].n_comments, 0);
	assert_int_equal(f.df->n_comments, 6);
	assert_true(f.df->comments[5].inside);
	assert_str(at(&f, f.df->comments[5].span), "# inside");
	done(&f);
}

TEST(heredocs_have_their_lines)
{
	struct fixture f =
		parse(STR("FROM a\nCOPY <<-E <<'Q' 5<<E2 /x/\n\ta\n\t\tb $x\n\tE\n$y\r\nQ\n"
			  "E2\nUSER b\n"));
	const struct instruction *in = &f.df->instructions[1];

	assert_int_equal(in->n_heredocs, 3);
	assert_int_equal(in->line, 2);
	assert_int_equal(in->last_line, 8);
	assert_str(in->heredocs[0].name, "E");
	assert_true(in->heredocs[0].chomp);
	assert_true(in->heredocs[0].expand);
	assert_str(in->heredocs[0].body.text, "\ta\n\t\tb $x\n");
	assert_str(dockerfile_heredoc_text(&in->heredocs[0], &f.arena), "a\nb $x\n");
	assert_int_equal(in->heredocs[0].line, 3);
	assert_str(at(&f, in->heredocs[1].word.span), "<<'Q'");
	assert_false(in->heredocs[1].expand);
	assert_str(in->heredocs[1].body.text, "$y\r\n");
	assert_int_equal(in->heredocs[2].fd, 5);
	assert_str(in->heredocs[2].body.text, "");
	assert_ptr_equal(instruction_heredoc(in, &in->args[1]), &in->heredocs[1]);
	assert_null(instruction_heredoc(in, &in->args[3]));
	done(&f);
}

TEST(stages_hold_their_instructions)
{
	struct fixture f = parse(STR("ARG v\nFROM a AS b\nRUN x\nRUN y\nFROM c\nONBUILD RUN z\n"));

	assert_int_equal(f.df->n_global, 1);
	assert_int_equal(f.df->instructions[0].stage, DOCKERFILE_GLOBAL);
	assert_int_equal(f.df->n_stages, 2);
	assert_int_equal(f.df->stages[0].n, 2);
	assert_str(f.df->stages[0].instructions[1].args[0].text, "y");
	assert_null(f.df->stages[1].name.text.p);
	assert_int_equal(f.df->stages[1].from->stage, 1);
	assert_int_equal(f.df->stages[1].instructions[0].trigger->stage, 1);
	assert_str(instruction_effective(&f.df->instructions[5])->args[0].text, "z");
	done(&f);
}

/* Everything stands in the file where it says, in order; what is between is blank or comment. */
static void assert_whole(const struct fixture *f)
{
	uint32_t to = f->df->has_bom ? 3 : 0;

	for (size_t i = 0; i < f->df->n_instructions; i++) {
		const struct instruction *in = &f->df->instructions[i];

		assert_true(in->span.at >= to && in->span.end >= in->span.at);
		for (size_t k = 0; k < in->n_args; k++)
			assert_true(in->args[k].span.at >= in->span.at &&
				    in->args[k].span.end <= in->span.end);
		for (size_t k = 0; k < in->map.n; k++) {
			size_t from = in->map.pieces[k].at;
			size_t end = k + 1 < in->map.n ? in->map.pieces[k + 1].at : in->text.n;

			assert_true(str_eq(
				str_sub(in->text, from, end - from),
				str_sub(f->df->source, in->map.pieces[k].origin, end - from)));
		}
		to = in->span.end;
	}
	assert_true(to <= f->df->source.n);
}

struct hostile {
	const char *head, *unit, *tail;
};

static const struct hostile hostile[] = {
	{"RUN ", "a", ""},
	{"FROM a\nRUN x", " \\\n", ""},
	{"FROM a\nRUN x \\\n", "#c\n", ""},
	{"FROM a\nRUN <<E\n", "x\n", ""},
	{"FROM a\n", "RUN <<E\n", ""},
	{"FROM a\n", "RUN <<E1 <<E2\n", ""},
	{"", "ONBUILD ", "RUN x"},
	{"CMD ", "[", ""},
	{"CMD ", "[\"a\",", ""},
	{"FROM a\nENV ", "'", ""},
	{"FROM a\nENV ", "a=b ", ""},
	{"FROM a\nRUN <<", "${a:-", ""},
	{"FROM a\nRUN <<", "\"a", ""},
	{"FROM a\nRUN --mount=", "a,", ""},
	{"FROM a\nRUN ", "--mount=a ", " x"},
	{"", "\n", ""},
	{"", "\\\n", ""},
	{"FROM a\n# ", "#\n", ""},
};

#define HOSTILE_BYTES ((size_t)1 << 20)

TEST(hostile_files_take_no_longer_than_their_size)
{
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_DOCKERFILE_BYTES);
		clock_t start = clock();
		struct fixture f;

		strbuf_adds(&sb, hostile[i].head);
		while (sb.n < HOSTILE_BYTES)
			strbuf_adds(&sb, hostile[i].unit);
		strbuf_adds(&sb, hostile[i].tail);
		f = parse(strbuf_str(&sb));
		assert_whole(&f);
		done(&f);
		/* A hundred times what it takes, for sanitizers; the square would be hours. */
		if (clock() - start > 5 * CLOCKS_PER_SEC)
			fail_msg("%s: too long", hostile[i].unit);
	}
}

TEST(odd_bytes_are_only_bytes)
{
	static const char *const files[] = {
		"FROM a\nRUN \xff\xfe\x80 \\\n\xc3",
		"\xef\xbb\xbf",
		"\xef\xbb\xbf\n\r\n\r",
		"\r\r\nFROM a\r\r\n",
		"FROM a\nENV \xff=\xfe \xa0=\x85\n",
		"ENV =\\",
		"FROM",
		"RUN <<",
		"RUN <<-",
		"RUN << \\\n",
		"RUN <<''\n\n",
		"RUN <<'",
		"#",
		"# =",
		"#=x",
		"# escape=",
		"--",
		"COPY --",
		"COPY --=",
		"\\",
		"` `",
	};
	static const char nul[] = "FROM a\0b\nRUN \0\nENV a=\0 \0=b\n\0";

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct fixture f = parse(str_of(files[i]));

		assert_whole(&f);
		done(&f);
	}
	struct fixture f = parse(str_make(nul, sizeof nul - 1));

	assert_whole(&f);
	assert_int_equal(f.df->instructions[0].args[0].text.n, 3);
	done(&f);
}

TEST(a_long_line_is_told_and_read)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_DOCKERFILE_BYTES);
	struct fixture f;

	strbuf_adds(&sb, "FROM a\nRUN ");
	for (size_t i = 0; i < 65532; i++)
		strbuf_addc(&sb, 'x');
	strbuf_adds(&sb, "\nUSER b\n");
	f = parse(strbuf_str(&sb));
	assert_int_equal(f.df->n_problems, 1);
	assert_has(f.df->problems[0].message.p, "a line of 65536 bytes; BuildKit takes 65535");
	assert_int_equal(f.df->n_instructions, 3);
	done(&f);
}

TEST(too_large_a_file_is_refused)
{
	static char bytes[LIMIT_DOCKERFILE_BYTES + 1];
	const struct dockerfile *df;
	struct err err = {0};
	struct arena a;

	arena_init(&a, LIMIT_ARENA_BYTES);
	assert_int_equal(dockerfile_parse(str_make(bytes, sizeof bytes), &a, &df, &err),
			 -(int)ERR_LIMIT);
	assert_has(err.msg, "dockerfile_bytes (10485760)");
	arena_done(&a);
}

TEST(no_memory_is_an_error)
{
	struct str text = STR("# a\nFROM a AS B\nRUN --mount=type=cache x \\\n y\nENV a=b c=\"d\"\n"
			      "COPY <<E /x\nz\nE\nONBUILD CMD [\"\\u0041\"]\nFOO\n");
	bool passed = false;

	for (size_t n = 1; !passed; n++) {
		const struct dockerfile *df;
		struct arena a;
		int r;

		arena_init(&a, 1 << 20);
		arena_fail_after(&a, n);
		r = dockerfile_parse(text, &a, &df, NULL);
		assert_true(r == 0 || r == -(int)ERR_NOMEM);
		passed = r == 0 && !a.failed && a.fail_after;
		assert_true(n < 1000);
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_tree_is_buildkits),
		RUN(what_a_build_refuses_is_told_with_its_place),
		RUN(a_problem_says_what_it_is_about),
		RUN(what_buildkit_takes_is_no_problem),
		RUN(a_broken_line_does_not_hide_the_rest),
		RUN(every_part_knows_where_it_stands),
		RUN(a_word_over_two_lines_spans_both),
		RUN(comments_and_directives_are_kept),
		RUN(heredocs_have_their_lines),
		RUN(stages_hold_their_instructions),
		RUN(hostile_files_take_no_longer_than_their_size),
		RUN(odd_bytes_are_only_bytes),
		RUN(a_long_line_is_told_and_read),
		RUN(too_large_a_file_is_refused),
		RUN(no_memory_is_an_error),
	};

	return RUN_ALL(tests);
}
