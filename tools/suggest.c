#include "suggest.h"

/* Distance counts insertions, deletions, replacements and swaps of neighbours,
 * without regard to the case of ASCII letters; "near" is a third of the word. */

enum { SUGGEST_BYTES = 64 };

static char suggest_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

static size_t suggest_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t suggest_distance(prm_text a, prm_text b)
{
    size_t rows[3][SUGGEST_BYTES + 1];
    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *now = rows[2];
    for (size_t j = 0; j <= b.size; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            char x = suggest_lower(a.data[i - 1]);
            char y = suggest_lower(b.data[j - 1]);
            now[j] = suggest_least(last[j - 1] + (x != y), suggest_least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && x == suggest_lower(b.data[j - 2]) && suggest_lower(a.data[i - 2]) == y)
                now[j] = suggest_least(now[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.size];
}

size_t suggest_nearest(prm_text word, const prm_text *candidates, size_t count)
{
    size_t best = count;
    size_t least = word.size / 3 + 1;
    if (word.size == 0 || word.size > SUGGEST_BYTES)
        return count;
    for (size_t i = 0; i < count; i++) {
        if (candidates[i].size == 0 || candidates[i].size > SUGGEST_BYTES)
            continue;
        size_t distance = suggest_distance(word, candidates[i]);
        if (distance < candidates[i].size && (distance < least || (best == count && distance == least))) {
            best = i;
            least = distance;
        }
    }
    return best;
}
