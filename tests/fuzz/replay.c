/* replay: runs a target without libFuzzer, over the files named and those in the folders named,
 * in the order of their names. */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

static size_t replayed;

static void replay_file(const char *path, FILE *file)
{
    size_t size = 0, capacity = 4096, got;
    uint8_t *data = malloc(capacity);
    FUZZ_CHECK(data != NULL);
    while ((got = fread(data + size, 1, capacity - size, file)) > 0) {
        size += got;
        if (size < capacity)
            continue;
        capacity *= 2;
        data = realloc(data, capacity);
        FUZZ_CHECK(data != NULL);
    }
    /* A block of the exact size: a step beyond it is seen. */
    uint8_t *exact = malloc(size + (size == 0));
    FUZZ_CHECK(exact != NULL);
    memcpy(exact, data, size);
    free(data);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    replayed++;
}

static int replay_is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay_folder(const char *folder)
{
    struct dirent **entries;
    char path[4096];
    int count = scandir(folder, &entries, replay_is_shown, alphasort);
    FUZZ_CHECK(count >= 0);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        FILE *file = fopen(path, "rb");
        FUZZ_CHECK(file != NULL);
        replay_file(path, file);
        fclose(file);
        free(entries[i]);
    }
    free(entries);
}

int main(int count, char **words)
{
    for (int i = 1; i < count; i++) {
        DIR *folder = opendir(words[i]);
        if (folder != NULL) {
            closedir(folder);
            replay_folder(words[i]);
            continue;
        }
        FILE *file = fopen(words[i], "rb");
        FUZZ_CHECK(file != NULL);
        replay_file(words[i], file);
        fclose(file);
    }
    fprintf(stderr, "%zu inputs\n", replayed);
    return replayed == 0;
}
