/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scanned image, or root file system, as facts for rules: its configuration, the history of its
 * build, the files that stand out in it, its users and groups.
 *
 *     struct scanned_image image;
 *     r = scanned_image_make(report, now, &arena, &image, err);
 *     image.fact, image.config (unless it has none), image.history[i], image.files[i] ...
 *
 * The lists below are the manual of the fields: name, type, meaning. All of it is what the report
 * knows, so nothing is read again. Bytes of names that are no UTF-8 are U+FFFD.
 *
 * Ownership: all of it lives in the arena and borrows the report. Threads: never changed
 * afterwards. Errors: ERR_NOMEM.
 */
#pragma once

#include "check/command_fact.h"
#include "check/image_fact.h"
#include "report/report.h"

#define IMAGE_VARIABLE_FIELDS(FIELD)                                                               \
	FIELD(name, "string", "")                                                                  \
	FIELD(value, "string", "")

#define IMAGE_LABEL_FIELDS(FIELD)                                                                  \
	FIELD(key, "string", "")                                                                   \
	FIELD(value, "string", "")                                                                 \
	FIELD(is_spdx, "bool", "the value is a licence expression of SPDX")

#define IMAGE_PORT_FIELDS(FIELD)                                                                   \
	FIELD(number, "int", "0 when it is none")                                                  \
	FIELD(protocol, "string", "tcp, udp or sctp")                                              \
	FIELD(text, "string", "as written: 22/tcp")

#define IMAGE_CONFIG_FIELDS(FIELD)                                                                 \
	FIELD(user, "string", "as written; empty: none is set, which means root")                  \
	FIELD(user_name, "string", "of it the part before the colon")                              \
	FIELD(user_group, "string", "the part behind it, or empty")                                \
	FIELD(user_id, "int", "its number, looked up in /etc/passwd; -1: not known")               \
	FIELD(user_found, "bool", "it is a number, empty, or /etc/passwd has it")                  \
	FIELD(env, "list(Variable)", "in order")                                                   \
	FIELD(labels, "map(string, string)", "")                                                   \
	FIELD(ports, "list(Port)", "that EXPOSE names")                                            \
	FIELD(volumes, "list(string)", "paths")                                                    \
	FIELD(entrypoint, "list(string)", "")                                                      \
	FIELD(cmd, "list(string)", "")                                                             \
	FIELD(healthcheck, "string", "its test; empty: none; NONE: switched off")                  \
	FIELD(working_dir, "string", "or empty")                                                   \
	FIELD(stop_signal, "string", "or empty")                                                   \
	FIELD(author, "string", "or empty")                                                        \
	FIELD(os, "string", "linux, windows")                                                      \
	FIELD(architecture, "string", "amd64, arm64, ...")                                         \
	FIELD(created, "google.protobuf.Timestamp", "unset when not known")

#define IMAGE_HISTORY_FIELDS(FIELD)                                                                \
	FIELD(keyword, "string", "of its instruction: RUN; empty when not known")                  \
	FIELD(value, "string", "what stands behind the keyword; of RUN the script")                \
	FIELD(text, "string", "the instruction on one line, without build arguments")              \
	FIELD(arguments, "map(string, string)", "build arguments that RUN saw")                    \
	FIELD(pairs, "map(string, string)", "of ENV, ARG and LABEL")                               \
	FIELD(commands, "list(Command)", "that RUN ran")                                           \
	FIELD(index, "int", "position in the history, from 0")                                     \
	FIELD(layer, "int", "of the layer it made, from 0; -1: it made none")                      \
	FIELD(files, "int", "regular files in that layer")                                         \
	FIELD(base, "bool", "probably of the base image: a CMD stands behind it, then layers")     \
	FIELD(comment, "string", "or empty")

#define IMAGE_ARGUMENT_FIELDS(FIELD)                                                               \
	FIELD(name, "string", "")                                                                  \
	FIELD(value, "string", "never empty")                                                      \
	FIELD(keyword, "string", "ARG, ENV, or RUN of one that a RUN was given")

#define IMAGE_FILE_FIELDS(FIELD)                                                                   \
	FIELD(path, "string", "without a slash in front")                                          \
	FIELD(name, "string", "its last part")                                                     \
	FIELD(folder, "string", "what stands before that")                                         \
	FIELD(type, "string", "file, directory or hardlink")                                       \
	FIELD(mark, "string", "what its place tells: apt-lists, credentials, ...; or empty")       \
	FIELD(mode, "int", "permission bits with setuid, setgid and sticky")                       \
	FIELD(permissions, "string", "the same in octal: 4755")                                    \
	FIELD(setuid, "bool", "runs as its owner")                                                 \
	FIELD(setgid, "bool", "runs as its group; of a directory, what is made in it")             \
	FIELD(world_writable, "bool", "anybody may write it; a sticky directory is not")           \
	FIELD(uid, "int", "owner")                                                                 \
	FIELD(gid, "int", "group")                                                                 \
	FIELD(size, "int", "bytes; of a directory those of all files below, in its layer")         \
	FIELD(files, "int", "below a directory, in its layer")                                     \
	FIELD(capabilities, "list(string)", "that a program gets: cap_net_raw; sorted")            \
	FIELD(anomalies, "list(string)", "of a program, with --scanners malware: packed, ...")     \
	FIELD(package, "string", "that lists it among its files; empty: none does")                \
	FIELD(visible, "bool", "in the finished image; else a later layer hides it")               \
	FIELD(layer, "int", "that has it, from 0")                                                 \
	FIELD(instruction, "string", "that made the layer, or empty")

#define IMAGE_ACCOUNT_FIELDS(FIELD)                                                                \
	FIELD(kind, "string", "user or group")                                                     \
	FIELD(name, "string", "")                                                                  \
	FIELD(id, "int", "-1: not known")                                                          \
	FIELD(gid, "int", "of a user")                                                             \
	FIELD(home, "string", "of a user, or empty")                                               \
	FIELD(shell, "string", "of a user, or empty")                                              \
	FIELD(password, "string", "of a user: empty, locked, set or unknown")                      \
	FIELD(same_name, "bool", "an earlier line of its file has the same name")                  \
	FIELD(same_id, "string", "the name of the first line with the same number, or empty")

#define IMAGE_WASTE_FIELDS(FIELD)                                                                  \
	FIELD(what, "string", "deleted, overwritten, duplicate, apt-lists, build-tools, ...")      \
	FIELD(path, "string", "the largest of its places, without a slash in front")               \
	FIELD(places, "int", "files or directories")                                               \
	FIELD(where, "string", "the largest places in words: /a, /b and 3 more")                   \
	FIELD(bytes, "int", "that would be saved")                                                 \
	FIELD(size, "string", "the same in words: 12.3 MB")                                        \
	FIELD(files, "int", "")                                                                    \
	FIELD(packages, "list(string)", "of build-tools and development-packages, sorted")         \
	FIELD(layer, "int", "that has the bytes, from 0")                                          \
	FIELD(instruction, "string", "that made the layer, or empty")                              \
	FIELD(hidden_by, "int", "the layer that hides them; else the same")                        \
	FIELD(hider, "string", "the instruction that made that layer, or empty")

#define SCANNED_IMAGE_FIELDS(FIELD)                                                                \
	FIELD(reference, "Image", "the name it was asked for or saved by")                         \
	FIELD(config, "Config", "unset: a root file system has none")                              \
	FIELD(history, "list(History)", "oldest first")                                            \
	FIELD(files, "list(File)", "that stand out")                                               \
	FIELD(accounts, "list(Account)", "users, then groups")                                     \
	FIELD(layers, "int", "how many")                                                           \
	FIELD(complete, "bool", "all layers were read to their ends")                              \
	FIELD(lists_files, "bool", "a package database tells which files are whose")               \
	FIELD(distribution, "string",                                                              \
	      "as people know it: Debian GNU/Linux 12 (bookworm); or empty")                       \
	FIELD(release, "string", "debian-12, or empty")                                            \
	FIELD(end_of_life, "string", "the day its support ends: 2028-06-30; or empty")             \
	FIELD(end_of_extended_support, "string", "the same where there is paid support; or empty") \
	FIELD(time, "google.protobuf.Timestamp", "when it is checked")

FACT_STRUCT(image_variable_fact, IMAGE_VARIABLE_FIELDS);
FACT_STRUCT(image_label_fact, IMAGE_LABEL_FIELDS);
FACT_STRUCT(image_port_fact, IMAGE_PORT_FIELDS);
FACT_STRUCT(image_config_fact, IMAGE_CONFIG_FIELDS);
FACT_STRUCT(image_history_fact, IMAGE_HISTORY_FIELDS);
FACT_STRUCT(image_argument_fact, IMAGE_ARGUMENT_FIELDS);
FACT_STRUCT(image_file_fact, IMAGE_FILE_FIELDS);
FACT_STRUCT(image_waste_fact, IMAGE_WASTE_FIELDS);
FACT_STRUCT(scanned_image_fact, SCANNED_IMAGE_FIELDS);

/* Beside the fields: fits, map(string, bool): whether a word is the password. */
struct image_account_fact {
	struct object object;
	IMAGE_ACCOUNT_FIELDS(FACT_MEMBER)
	struct object passwords;
	struct str hash;
};

struct scanned_image {
	struct scanned_image_fact fact;
	struct image_config_fact config;	/* of an image only */
	const struct image_variable_fact **env; /* as many as it has, sorted */
	size_t n_env;
	struct image_label_fact *labels;
	size_t n_labels;
	struct image_history_fact *history;
	struct image_file_fact *files; /* as many as the report has, in its order */
	struct image_account_fact *accounts;
	struct image_waste_fact *wastes;
	size_t n_unread;   /* steps whose shell is more than can be read; */
	struct err unread; /* why, of the first */
};

/*
 * Values that only the history tells: arguments of the build, and variables that the configuration
 * has not, or has with another value. *at: 0 at first. False: the step has no more.
 */
bool scanned_image_argument(const struct scanned_image *image, size_t step, uint32_t *at,
			    struct image_argument_fact *ret);

extern const struct object_class *const scanned_image_classes[]; /* NULL-ended */

/* now: unix seconds. */
int scanned_image_make(const struct report *report, int64_t now, struct arena *a,
		       struct scanned_image *ret, struct err *err);
