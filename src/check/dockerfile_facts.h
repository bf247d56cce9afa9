/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Dockerfile as facts for rules: file, stages, instructions, and the commands that RUN runs.
 *
 *     struct dockerfile_facts facts;
 *     r = dockerfile_facts_make(source, &arena, &facts, err);
 *     facts.file, facts.stages[i], facts.instructions[k]
 *
 * The lists below are the manual of the fields: name, type, meaning. Texts are expanded (ARG, ENV)
 * where a build would expand them, else as written; offsets are bytes of the file, for fixes.
 *
 * Ownership: all of it lives in the arena and borrows the source. Threads: never changed
 * afterwards. Errors: those of dockerfile_parse, dockerfile_scope_new and shell_run_parse.
 */
#pragma once

#include "check/command_fact.h"
#include "check/dockerfile_scope.h"
#include "check/dockerfile_stages.h"
#include "check/fact_class.h"
#include "check/language.h"

#define IMAGE_FIELDS(FIELD)                                                                        \
	FIELD(text, "string", "as the build reads it, variables replaced")                         \
	FIELD(written, "string", "as it is written")                                               \
	FIELD(valid, "bool", "it is a reference of an image")                                      \
	FIELD(is_scratch, "bool", "the empty image")                                               \
	FIELD(is_stage, "bool", "a stage of this file")                                            \
	FIELD(stage, "int", "its index, or -1")                                                    \
	FIELD(registry, "string", "docker.io when none is written")                                \
	FIELD(repository, "string", "library/alpine")                                              \
	FIELD(name, "string", "the last part of the repository: alpine")                           \
	FIELD(tag, "string", "empty when none is written")                                         \
	FIELD(digest, "string", "sha256:..., or empty")                                            \
	FIELD(has_variable, "bool", "a variable stands in what is written")                        \
	FIELD(undefined, "list(string)", "variables in it that nothing declares")                  \
	FIELD(release, "string", "debian-12, of a distribution's release that the name tells")     \
	FIELD(end_of_life, "string", "the day its support ends: 2028-06-30; or empty")             \
	FIELD(start, "int", "offset of what is written")                                           \
	FIELD(end, "int", "offset of its end")

#define PAIR_FIELDS(FIELD)                                                                         \
	FIELD(key, "string", "the name, expanded")                                                 \
	FIELD(value, "string", "the value, expanded and without quotes; empty when there is none") \
	FIELD(written, "string", "the value as written, with quotes")                              \
	FIELD(has_value, "bool", "there is a = or, in the old form, a second word")                \
	FIELD(is_spdx, "bool", "the value is a licence expression of SPDX")                        \
	FIELD(start, "int", "offset of the key")                                                   \
	FIELD(end, "int", "offset of the end of the value")

#define MOUNT_FIELDS(FIELD)                                                                        \
	FIELD(type, "string", "bind, cache, tmpfs, secret, ssh or unknown")                        \
	FIELD(target, "string", "where it is mounted; empty when not given")                       \
	FIELD(options, "map(string, string)", "all its keys; a key alone has an empty value")

#define HEREDOC_FIELDS(FIELD)                                                                      \
	FIELD(name, "string", "the end marker")                                                    \
	FIELD(body, "string", "its lines, without the tabs that <<- drops")                        \
	FIELD(shebang, "string", "of a first line #!/bin/bash: /bin/bash; else empty")

#define INSTRUCTION_FIELDS(FIELD)                                                                  \
	FIELD(keyword, "string", "in capitals: RUN; empty when there is no such instruction")      \
	FIELD(written, "string", "the keyword as written")                                         \
	FIELD(index, "int", "position in the file")                                                \
	FIELD(stage, "int", "index of its stage; -1 before the first FROM")                        \
	FIELD(onbuild, "bool", "it is the trigger of an ONBUILD")                                  \
	FIELD(text, "string", "its lines joined, without comments and heredocs")                   \
	FIELD(value, "string", "its arguments joined by spaces, expanded")                         \
	FIELD(args, "list(string)", "its arguments, expanded")                                     \
	FIELD(words, "list(string)", "its arguments as written")                                   \
	FIELD(sources, "list(string)", "of COPY and ADD, expanded; heredocs left out")             \
	FIELD(destination, "string", "of COPY and ADD, expanded")                                  \
	FIELD(flags, "map(string, string)", "--name=value; expanded; a flag alone has no value")   \
	FIELD(pairs, "list(Pair)", "of ENV, LABEL and ARG")                                        \
	FIELD(mounts, "list(Mount)", "of RUN --mount")                                             \
	FIELD(heredocs, "list(Heredoc)", "of RUN, COPY and ADD")                                   \
	FIELD(json, "bool", "its arguments are a JSON array")                                      \
	FIELD(images, "list(Image)", "that FROM, COPY --from or RUN --mount=from= names")          \
	FIELD(ignored, "list(string)", "sources that .dockerignore matches, as BuildKit compares") \
	FIELD(last, "bool", "the last of its keyword in its stage")                                \
	FIELD(legacy, "bool", "ENV or LABEL without =")                                            \
	FIELD(broken, "bool", "a build would refuse it")                                           \
	FIELD(empty_continuation, "bool", "an empty line stands between its lines")                \
	FIELD(comments, "list(string)", "the comment lines right above it")                        \
	FIELD(previous, "string", "keyword of the instruction before it in its stage, or empty")   \
	FIELD(commands, "list(Command)", "what RUN, CMD, ENTRYPOINT or HEALTHCHECK would run")     \
	FIELD(shell_problems, "list(string)", "why its shell text could not be read")              \
	FIELD(workdir, "string", "the folder it works in, when a WORKDIR of the file says so")     \
	FIELD(workdir_set, "bool", "a WORKDIR stands before it, in its stage or one it is on")     \
	FIELD(env, "map(string, string)", "ENV in force before it, of this file")                  \
	FIELD(arguments, "map(string, string)", "ARG in force before it; empty without a default") \
	FIELD(shell, "list(string)", "SHELL in force")                                             \
	FIELD(shell_set, "bool", "a SHELL stands before it in its stage")                          \
	FIELD(undefined, "list(string)", "variables in it that nothing declares")                  \
	FIELD(used, "list(string)", "variables in it that are set")                                \
	FIELD(expansion_problem, "string", "why a word cannot be expanded, or empty")              \
	FIELD(line, "int", "its first line")                                                       \
	FIELD(last_line, "int", "its last line")                                                   \
	FIELD(start, "int", "offset")                                                              \
	FIELD(end, "int", "offset of its end, with the end of its line")                           \
	FIELD(keyword_start, "int", "offset of the keyword")                                       \
	FIELD(keyword_end, "int", "offset of its end")                                             \
	FIELD(args_start, "int", "offset of the first argument")                                   \
	FIELD(args_end, "int", "offset of the end of the last argument")

#define STAGE_FIELDS(FIELD)                                                                        \
	FIELD(index, "int", "position in the file")                                                \
	FIELD(name, "string", "behind AS, as written; or empty")                                   \
	FIELD(image, "Image", "what it is built on")                                               \
	FIELD(platform, "string", "of FROM --platform, as written; or empty")                      \
	FIELD(platform_value, "string", "the same, expanded")                                      \
	FIELD(from, "Instruction", "its FROM")                                                     \
	FIELD(instructions, "list(Instruction)", "those behind the FROM; triggers of ONBUILD too") \
	FIELD(commands, "list(Command)", "of all its RUN, in order")                               \
	FIELD(is_final, "bool", "the last one")                                                    \
	FIELD(needed, "bool", "the last one is built with it")                                     \
	FIELD(in_image, "bool", "the last one, or one that it is built on: its layers stay")       \
	FIELD(base, "int", "index of the stage it is built on, or -1")                             \
	FIELD(user, "string",                                                                      \
	      "of its last USER, else of the stage it is built on; empty: unknown")                \
	FIELD(has_user, "bool", "a USER stands in it, or in a stage it is built on")               \
	FIELD(root_image, "Image", "what the first of the stages below it is built on")            \
	FIELD(keywords, "map(string, bool)", "of it and the stages it is built on: CMD and so on") \
	FIELD(labels, "map(string, string)", "of it and the stages it is built on")                \
	FIELD(line, "int", "of its FROM")

#define PROBLEM_FIELDS(FIELD)                                                                      \
	FIELD(level, "string", "syntax, usage or build")                                           \
	FIELD(kind, "string", "arguments, keyword or trigger: what is wrong")                      \
	FIELD(keyword, "string", "of the instruction, or empty")                                   \
	FIELD(written, "string", "the keyword as written, or empty")                               \
	FIELD(message, "string", "what a build would say")                                         \
	FIELD(line, "int", "where; 0: the file as a whole")                                        \
	FIELD(start, "int", "offset")                                                              \
	FIELD(end, "int", "offset of its end")

#define COMMENT_FIELDS(FIELD)                                                                      \
	FIELD(text, "string", "behind the #, trimmed")                                             \
	FIELD(line, "int", "where")

#define FILE_FIELDS(FIELD)                                                                         \
	FIELD(path, "string", "as it was named")                                                   \
	FIELD(name, "string", "without folders")                                                   \
	FIELD(stages, "list(Stage)", "in order")                                                   \
	FIELD(final, "Stage", "the last one; unset when there is none")                            \
	FIELD(instructions, "list(Instruction)", "all, FROM too, in order")                        \
	FIELD(directives, "map(string, string)", "syntax, escape, check")                          \
	FIELD(comments, "list(Comment)", "all, in order")                                          \
	FIELD(problems, "list(Problem)", "what a build would refuse")                              \
	FIELD(suppressions, "int", "comments that switch rules off")                               \
	FIELD(keyword_case, "string", "upper or lower: as most keywords are written")              \
	FIELD(time, "google.protobuf.Timestamp", "when it is checked")                             \
	FIELD(content_trust, "bool", "DOCKER_CONTENT_TRUST is on here")                            \
	FIELD(context, "list(string)",                                                             \
	      "what lies beside it and .dockerignore lets in; folders end in /; unset: unknown")   \
	FIELD(ignore_file, "string", "the text of .dockerignore; unset when there is none")

#define SHELL_NOTE_FIELDS(FIELD)                                                                   \
	FIELD(code, "string", "SC2086")                                                            \
	FIELD(level, "string", "error, warning, info or style")                                    \
	FIELD(message, "string", "what is wrong")                                                  \
	FIELD(by, "string", "shellcheck or plimsoll")                                              \
	FIELD(start, "int", "offset")                                                              \
	FIELD(end, "int", "offset of its end")

FACT_STRUCT(image_fact, IMAGE_FIELDS);
FACT_STRUCT(pair_fact, PAIR_FIELDS);
FACT_STRUCT(mount_fact, MOUNT_FIELDS);
FACT_STRUCT(heredoc_fact, HEREDOC_FIELDS);
FACT_STRUCT(instruction_fact, INSTRUCTION_FIELDS);
FACT_STRUCT(stage_fact, STAGE_FIELDS);
FACT_STRUCT(problem_fact, PROBLEM_FIELDS);
FACT_STRUCT(comment_fact, COMMENT_FIELDS);
FACT_STRUCT(file_fact, FILE_FIELDS);
FACT_STRUCT(shell_note_fact, SHELL_NOTE_FIELDS);

/* A text that a shell will read, as it will, and where it is from. */
struct dockerfile_script {
	const struct instruction_fact *instruction;
	struct str text;
	const struct text_map *map;
	enum shell_dialect dialect;
	const struct shell_run *run;
	const struct str *variables; /* names of ENV and ARG in force */
	size_t n_variables;
};

struct dockerfile_facts {
	const struct dockerfile *dockerfile;
	const struct dockerfile_scope *scope;
	const struct stage_graph *graph;
	struct file_fact file;
	struct stage_fact *stages; /* as many as the file has */
	size_t n_stages;
	/* In order; the trigger of an ONBUILD stands behind it. */
	struct instruction_fact **instructions;
	size_t n_instructions;
	struct dockerfile_script *scripts; /* of RUN, in order */
	size_t n_scripts;
};

extern const struct object_class *const dockerfile_classes[]; /* NULL-ended */
extern const struct object_class *const shell_note_class;     /* of dockerfile_shell.h */

int dockerfile_facts_make(const struct source_file *source, struct arena *a,
			  struct dockerfile_facts *ret, struct err *err);
