/* Stands in for a browser: only notes the address that it should show, in the folder where it is started. */
#include <stdio.h>

int main(int count, char **arguments)
{
    /* Renamed, so that nobody reads half of it. */
    FILE *file = fopen("address.new", "wb");
    if (count != 2 || !file)
        return 1;
    fputs(arguments[1], file);
    return fclose(file) || rename("address.new", "address");
}
