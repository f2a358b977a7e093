// Placeholder for a list of rows while it loads.
import { Skeleton, Stack } from "@mantine/core";

export function LoadingRows({ rows = 5 }: { rows?: number }) {
  return (
    <Stack gap={6} aria-label="Loading" role="status">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={46} />
      ))}
    </Stack>
  );
}
