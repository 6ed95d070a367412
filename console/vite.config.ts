import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where a hub answers while the pages are worked on; the build knows no address. */
const hub = process.env["TIEOUT_HUB_URL"] ?? "http://127.0.0.1:4380";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // Nothing is inlined as data: the content policy allows files of our own only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: { port: 5181, strictPort: true, proxy: { "/api": { target: hub, changeOrigin: false } } },
});
